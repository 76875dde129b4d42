import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Not part of `npm test`: it needs Helm, which no package manager of Debian's has. */
export default defineConfig({
  test: { root: fileURLToPath(new URL('.', import.meta.url)), include: ['helm-run.ts'], expect: { requireAssertions: true } },
})
