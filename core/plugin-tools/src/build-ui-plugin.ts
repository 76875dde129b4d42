import { createHash } from 'node:crypto'
import { access, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { UiManifest } from '@parley/plugin-api'
import vue from '@vitejs/plugin-vue'
import { build, type Rollup } from 'vite'
import * as compiler from 'vue/compiler-sfc'
import { inProduction } from './in-production.ts'
import { readPluginPackage } from './read-plugin-package.ts'
import { keepShared } from './shared-packages.ts'

export interface BuiltUi {
  readonly manifest: UiManifest
  readonly manifestFile: string
  /** Bytes by file. */
  readonly sizes: Readonly<Record<string, number>>
}

const entrySource = 'src/ui/plugin.ts'
const defaultManifest = './dist/ui/ui-manifest.json'

/** Whether the directory holds a plugin with a UI. */
export const hasUi = (directory: string): Promise<boolean> =>
  access(join(directory, entrySource)).then(
    () => true,
    () => false,
  )

/**
 * Builds `src/ui/plugin.ts` into ES modules with hashed names, one style and `ui-manifest.json`, for the shell to load at run time.
 * Works in any directory from which the packages that the UI imports (the shared ones excepted) can be resolved.
 *
 * @example const { manifest } = await buildUiPlugin('plugins/acme')
 */
export async function buildUiPlugin(directory: string, options: { readonly logLevel?: 'info' | 'warn' | 'silent' } = {}): Promise<BuiltUi> {
  const root = resolve(directory)
  const { parley } = await readPluginPackage(root)
  const manifestFile = resolve(root, parley.ui ?? defaultManifest)
  const outDir = dirname(manifestFile)
  if (!outDir.startsWith(root + sep))
    throw new Error(`"${parley.id}" puts its UI at ${manifestFile}, outside of its own directory. Change parley.ui.`)

  const output = (await inProduction(() =>
    build({
      configFile: false,
      root,
      base: './',
      publicDir: false,
      logLevel: options.logLevel ?? 'warn',
      // the compiler of this tool: a plugin's directory need not have Vue installed
      plugins: [keepShared(), vue({ compiler: compiler as never })],
      resolve: { conditions: ['parley-source', 'module', 'browser', 'production'] },
      build: {
        outDir,
        emptyOutDir: true,
        target: 'es2022',
        cssCodeSplit: false,
        // one style a plugin and no preload links: the page's policy and integrity know every file beforehand
        modulePreload: false,
        // a data: URL in a style would need a wider policy
        assetsInlineLimit: 0,
        copyPublicDir: false,
        reportCompressedSize: false,
        rollupOptions: {
          input: { plugin: join(root, entrySource) },
          preserveEntrySignatures: 'strict',
          output: { format: 'es', entryFileNames: '[name]-[hash].js', chunkFileNames: 'chunk-[hash].js', assetFileNames: '[name]-[hash][extname]' },
        },
      },
    }),
  )) as Rollup.RollupOutput

  const files = output.output.map((file) => file.fileName).filter((name) => !name.endsWith('.map'))
  const entry = output.output.find((file) => file.type === 'chunk' && file.isEntry)
  const styles = files.filter((name) => name.endsWith('.css'))
  if (!entry || styles.length > 1)
    throw new Error(`The UI of "${parley.id}" came out with ${styles.length} styles and ${entry ? 'an' : 'no'} entry; one of each at most.`)

  const contents = await Promise.all(files.map(async (name) => [name, await readFile(join(outDir, name))] as const))
  const manifest: UiManifest = {
    format: 1,
    entry: entry.fileName,
    ...(styles[0] === undefined ? {} : { style: styles[0] }),
    integrity: Object.fromEntries(contents.map(([name, content]) => [name, `sha384-${createHash('sha384').update(content).digest('base64')}`])),
  }
  await writeFile(manifestFile, `${JSON.stringify(manifest, undefined, 2)}\n`)
  return {
    manifest,
    manifestFile: relative(root, manifestFile),
    sizes: Object.fromEntries(contents.map(([name, content]) => [name, content.byteLength])),
  }
}
