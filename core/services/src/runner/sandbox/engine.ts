import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

/** QuickJS-ng, compiled: threads share the code, never the memory. */
export async function compileEngine(): Promise<WebAssembly.Module> {
  const file = createRequire(import.meta.url).resolve('@jitl/quickjs-ng-wasmfile-release-sync/wasm')
  return WebAssembly.compile(await readFile(file))
}
