import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { shellManifest } from './build/shell-manifest.ts'

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

/** The import map's targets: what plugins share with the shell, package roots only. */
const shared = { vue: 'vue', 'vue-router': 'vue-router', pinia: 'pinia', 'ui-sdk': '@parley/ui-sdk', 'ui-kit': '@parley/ui-kit' }

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  publicDir: false,
  plugins: [
    vue(),
    shellManifest({ entry: 'main', shared: Object.fromEntries(Object.entries(shared).map(([file, name]) => [`shared-${file}`, name])) }),
  ],
  resolve: { conditions: ['parley-source', 'module', 'browser', 'production'] },
  define: {
    // plugins of others may use the options API: it belongs to what is shared
    __VUE_OPTIONS_API__: true,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // one style for the shell and the kit: its address stands in the page the host renders
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rollupOptions: {
      input: { main: source('main.ts'), ...Object.fromEntries(Object.keys(shared).map((file) => [`shared-${file}`, source(`shared/${file}.ts`)])) },
      preserveEntrySignatures: 'strict',
      // an icon is its shapes; the component Lucide makes of each is not used
      treeshake: { manualPureFunctions: ['createLucideIcon'] },
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
        // few files, cut where releases differ: the framework, the look, the SDK
        codeSplitting: {
          groups: [
            { name: 'framework', test: /node_modules\/(@vue|vue|vue-router|pinia)\// },
            { name: 'kit', test: /core\/ui-kit\/(?!src\/icons)|node_modules\/(reka-ui|@floating-ui|@vueuse|@tanstack|aria-hidden|defu|ohash)\// },
            { name: 'sdk', test: /core\/(ui-sdk|plugin-api)\// },
          ],
        },
      },
    },
  },
})
