import { fileURLToPath } from 'node:url'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const resolve = { conditions: ['parley-source', ...defaultServerConditions] }

/** Not part of the repository's run: these channels must fail. */
export default defineConfig({
  resolve,
  environments: { ssr: { resolve } },
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['contracts.ts'],
    env: { PARLEY_TEST_DATABASE_URL: process.env['DATABASE_URL']! },
  },
})
