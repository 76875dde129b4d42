import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  test: {
    // A PostgreSQL of its own for each run: the tests are of the real thing.
    globalSetup: ['@parley/test-kit/setup'],
    // Modules of a plugin keep no state, so that test files can share them.
    isolate: false,
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
