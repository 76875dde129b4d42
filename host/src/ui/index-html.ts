import { randomBytes } from 'node:crypto'
import type { PluginUi } from './plugin-ui.ts'
import type { ShellManifest } from './shell-build.ts'

export interface RenderedPage {
  readonly html: string
  readonly policy: string
}

/** The page of the shell. Rendered here, so that installing a plugin needs no build of the shell: the map names its files and their hashes. */
export function renderIndex(shell: ShellManifest, plugins: readonly PluginUi[], extraScript?: string): RenderedPage {
  const nonce = randomBytes(16).toString('base64')
  const pluginFiles = plugins.flatMap(({ base, manifest }) => Object.entries(manifest.integrity).map(([file, hash]) => [base + file, hash] as const))
  const map = {
    imports: shell.imports,
    integrity: Object.fromEntries([...Object.entries(shell.integrity), ...pluginFiles].filter(([file]) => /\.m?js$/.test(file))),
  }
  const hash = (file: string): string => (shell.integrity[file] === undefined ? '' : ` integrity="${shell.integrity[file]}"`)
  const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Parley</title>
    <link rel="icon" href="${icon}">
${shell.styles.map((file) => `    <link rel="stylesheet" href="${file}"${hash(file)}>`).join('\n')}
    <script type="importmap" nonce="${nonce}">${JSON.stringify(map).replaceAll('<', '\\u003c')}</script>
    <script type="module" src="${shell.entry}"${hash(shell.entry)}></script>${extraScript === undefined ? '' : `\n    <script type="module" src="${extraScript}"></script>`}
  </head>
  <body>
    <div id="app"></div>
    <noscript>Parley needs JavaScript.</noscript>
  </body>
</html>
`
  return { html, policy: contentSecurityPolicy(nonce) }
}

const contentSecurityPolicy = (nonce: string): string =>
  [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
  ].join('; ')

const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#4f46e5" d="M6 4h20a4 4 0 0 1 4 4v11a4 4 0 0 1-4 4H15l-7 6v-6H6a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z"/></svg>',
)}`

export const notBuilt = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Parley</title></head>
  <body><p>Parley runs, and its screens are not built yet. Run <code>npm run build</code> and reload this page.</p></body>
</html>
`
