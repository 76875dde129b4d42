import vue from '@vitejs/plugin-vue'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// Sources of all packages, no build in between; `dist` holds compiled copies of nothing that is a test.
const resolve = { conditions: ['source', ...defaultServerConditions] }
// Vitest loads global setup in an environment of its own, which does not inherit.
const environments = { ssr: { resolve }, __vitest__: { resolve } }
const exclude = ['**/node_modules/**', '**/dist/**']
const everyPackage = ['core', 'host', 'plugins', 'ui-shell', 'test', 'scripts']

export default defineConfig({
  resolve,
  environments,
  test: {
    globalSetup: ['core/test-kit/src/global-setup.ts'],
    maxWorkers: 2,
    // A test that asserts nothing proves nothing.
    expect: { requireAssertions: true },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          include: everyPackage.map((folder) => `${folder}/**/*.test.ts`),
          exclude: [...exclude, '**/*.ui.test.ts', 'test/browser/**'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        plugins: [vue()],
        test: {
          name: 'ui',
          environment: 'happy-dom',
          include: everyPackage.map((folder) => `${folder}/**/*.ui.test.ts`),
          exclude,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          environment: 'node',
          include: ['test/browser/**/*.test.ts'],
          exclude,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
