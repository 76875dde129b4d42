import vue from '@vitejs/plugin-vue'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// Sources of all packages, no build in between; `dist` holds compiled copies of nothing that is a test.
const resolve = { conditions: ['parley-source', ...defaultServerConditions] }
// Vitest loads global setup in an environment of its own, which does not inherit.
const sources = { resolve, environments: { ssr: { resolve }, __vitest__: { resolve } } }
const exclude = ['**/node_modules/**', '**/dist/**']
// A test that asserts nothing proves nothing.
const expect = { requireAssertions: true }
const everyPackage = ['core', 'host', 'plugins', 'ui-shell', 'test', 'scripts', 'docs']

// Modules keep no state, so that files can share them (`isolate: false`): loading them anew for each file took a fifth of the run, and two thirds of that of
// user interfaces.
// Projects do not extend this file: each would start the servers of the global setup again.
export default defineConfig({
  ...sources,
  test: {
    globalSetup: ['core/test-kit/src/global-setup.ts'],
    maxWorkers: 2,
    teardownTimeout: 30_000,
    projects: [
      {
        ...sources,
        test: {
          name: 'unit',
          environment: 'node',
          isolate: false,
          include: everyPackage.map((folder) => `${folder}/**/*.test.ts`),
          exclude: [...exclude, '**/*.ui.test.ts', 'test/browser/**'],
          expect,
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...sources,
        plugins: [vue()],
        test: {
          name: 'ui',
          environment: 'happy-dom',
          isolate: false,
          include: everyPackage.map((folder) => `${folder}/**/*.ui.test.ts`),
          exclude,
          expect,
        },
      },
      {
        ...sources,
        test: {
          name: 'browser',
          environment: 'node',
          isolate: false,
          include: ['test/browser/**/*.test.ts'],
          exclude,
          expect,
          fileParallelism: false,
          // with the others in one run it comes after them
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
