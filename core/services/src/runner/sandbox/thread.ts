import { parentPort, workerData } from 'node:worker_threads'
import base from '@jitl/quickjs-ng-wasmfile-release-sync'
import { newQuickJSWASMModuleFromVariant, newVariant } from 'quickjs-emscripten-core'
import type { Answer } from '../protocol.ts'
import { runInSandbox } from './sandbox.ts'
import type { FromThread, ThreadSettings, ToThread } from './thread-messages.ts'

const pagesOfMb = 16
/** What the engine asks for to begin with. */
const initialMb = 16

/** A thread that runs user code, one run at a time, each in a fresh runtime of the same engine. */
export async function serveThread(): Promise<void> {
  const port = parentPort!
  const { engine: wasmModule, memory: most, dataSize } = workerData as ThreadSettings
  // its maximum holds; the engine's own limit does not see all that it allocates
  const wasmMemory = new WebAssembly.Memory({ initial: initialMb * pagesOfMb, maximum: most * pagesOfMb })
  const engine = await newQuickJSWASMModuleFromVariant(newVariant(base, { wasmModule, wasmMemory }))
  const asked = new Map<number, (answer: Answer) => void>()
  let calls = 0
  const tell = (message: FromThread): void => port.postMessage(message)

  port.on('message', (message: ToThread) => {
    if ('run' in message) return void work(message.run)
    asked.get(message.call)?.(message.answer)
    asked.delete(message.call)
  })

  const work = async (request: Extract<ToThread, { run: unknown }>['run']): Promise<void> => {
    const start = performance.now()
    const end = await runInSandbox(
      engine,
      request,
      {
        write: (line) => tell({ type: 'log', line }),
        call(name, args) {
          const call = ++calls
          return new Promise((resolve) => {
            asked.set(call, resolve)
            tell({ type: 'call', call, name, args })
          })
        },
      },
      dataSize,
    )
    asked.clear()
    // memory that was once taken is not given back
    const grown = wasmMemory.buffer.byteLength > (initialMb * 1024 * 1024 + most * 1024 * 1024) / 2
    const spent = end.spent ?? (grown ? 'grown' : undefined)
    tell({ type: 'done', outcome: end.outcome, duration: performance.now() - start, ...(spent === undefined ? {} : { spent }) })
  }
  tell({ type: 'ready' })
}
