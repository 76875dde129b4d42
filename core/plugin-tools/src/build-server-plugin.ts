import { access, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { readPluginPackage } from './read-plugin-package.ts'

export interface BuildServerOptions {
  /** Takes everything but packages of Parley into the files: a tarball is installed without its dependencies. */
  readonly whole?: boolean
}

// Packages in CommonJS ask for Node's own modules by a function that ES modules do not have.
const requireForModules = `import { createRequire as parleyRequire } from 'node:module'\nconst require = parleyRequire(import.meta.url)`

const faces = { 'server/plugin': 'src/server/plugin.ts', 'api/index': 'src/api/index.ts' }

/**
 * Builds the server face and the api face of a plugin into `dist/server/plugin.js` and `dist/api/index.js`; packages stay imports. Scripts for
 * pages outside the shell (`parley.browser`) are bundled whole into `dist/browser/<name>.js`.
 *
 * @example await buildServerPlugin('plugins/acme')
 */
export async function buildServerPlugin(directory: string, { whole = false }: BuildServerOptions = {}): Promise<readonly string[]> {
  const root = resolve(directory)
  const { parley } = await readPluginPackage(root)
  const present = await Promise.all(
    Object.entries(faces).map(async ([name, source]) => {
      const path = join(root, source)
      return access(path).then(
        () => [name, path] as const,
        () => undefined,
      )
    }),
  )
  const entryPoints = Object.fromEntries(present.filter((face) => face !== undefined))
  await Promise.all(['server', 'api', 'browser'].map((face) => rm(join(root, 'dist', face), { recursive: true, force: true })))
  if (Object.keys(entryPoints).length > 0) {
    await build({
      absWorkingDir: root,
      entryPoints,
      outdir: join(root, 'dist'),
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      ...(whole
        ? { external: ['@parley/*'], banner: { js: requireForModules } }
        : { packages: 'external' as const, sourcemap: 'linked' as const, sourcesContent: false }),
      chunkNames: 'server/chunks/[name]-[hash]',
      logLevel: 'warning',
    })
  }
  const scripts = Object.entries(parley.browser ?? {})
  if (scripts.length > 0) {
    await build({
      absWorkingDir: root,
      entryPoints: Object.fromEntries(scripts.map(([name, source]) => [name, resolve(root, source)])),
      outdir: join(root, 'dist/browser'),
      bundle: true,
      format: 'iife',
      platform: 'browser',
      target: 'es2020',
      minify: true,
      conditions: ['parley-source', 'browser'],
      loader: { '.css': 'text', '.svg': 'text' },
      legalComments: 'none',
      logLevel: 'warning',
    })
  }
  return [...Object.keys(entryPoints), ...scripts.map(([name]) => `browser/${name}`)].map((name) => `dist/${name}.js`)
}
