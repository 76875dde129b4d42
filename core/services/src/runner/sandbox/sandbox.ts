import type { UserCodeLogLine } from '@parley/plugin-api'
import type { QuickJSContext, QuickJSDeferredPromise, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten-core'
import { callsAtOnce, type Answer, type Failure, type Outcome, type RunRequest } from '../protocol.ts'
import { prelude } from './prelude.ts'
import { after, before, placeIn } from './source-place.ts'

/** What a run may do with the world. */
export interface SandboxSide {
  write(line: UserCodeLogLine): void
  call(name: string, args: string): Promise<Answer>
}

export interface SandboxEnd {
  readonly outcome: Outcome
  /** Why the engine must not be used again. */
  readonly spent?: string
}

/** Of the interpreter; deeper recursion is an error that the code can catch. */
const stackBytes = 256 * 1024

class Failed extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/** One run, in a runtime of its own. */
export async function runInSandbox(engine: QuickJSWASMModule, request: RunRequest, side: SandboxSide, dataSize: number): Promise<SandboxEnd> {
  let runtime: QuickJSRuntime | undefined
  let sandbox: Sandbox | undefined
  let outcome: Outcome
  let spent: string | undefined
  try {
    runtime = engine.newRuntime()
    sandbox = new Sandbox(runtime, request, side, dataSize)
    outcome = { value: await sandbox.run() }
  } catch (error) {
    // an error that is not ours comes from the engine: it had no memory for what it tried
    const known = error instanceof Failed
    outcome = { failure: known ? error.failure : outOfMemory() }
    if (!known || error.failure.reason === 'memory_limit') spent = 'memory'
  }
  try {
    sandbox?.dispose()
    runtime?.dispose()
  } catch {
    spent ??= 'engine'
  }
  return { outcome, ...(spent === undefined ? {} : { spent }) }
}

const outOfMemory = (): Failure => ({ reason: 'memory_limit', message: 'The code needs more memory than it may have.' })

class Sandbox {
  readonly #context: QuickJSContext
  readonly #runtime: QuickJSRuntime
  readonly #request: RunRequest
  readonly #side: SandboxSide
  readonly #handles: QuickJSHandle[] = []
  readonly #asked = new Set<QuickJSDeferredPromise>()
  readonly #deadline: number
  readonly #dataSize: number
  #describe: QuickJSHandle | undefined
  #late = false
  #ended = false
  #wake: (() => void) | undefined

  constructor(runtime: QuickJSRuntime, request: RunRequest, side: SandboxSide, dataSize: number) {
    this.#runtime = runtime
    this.#request = request
    this.#side = side
    this.#dataSize = dataSize
    this.#deadline = performance.now() + request.timeLimit
    runtime.setMaxStackSize(stackBytes)
    runtime.setInterruptHandler(() => (this.#late ||= performance.now() > this.#deadline))
    this.#context = runtime.newContext()
  }

  async run(): Promise<string> {
    const { name, source, call, input, functions } = this.#request
    const context = this.#context
    const set = this.#kept(this.#taken(context.evalCode(prelude, 'parley.js'), 'thrown'))
    const send = this.#kept(context.newFunction('send', (called, args) => this.#send(context.getString(called), context.getString(args))))
    const write = this.#kept(
      context.newFunction('write', (level, text) => {
        this.#side.write({ level: context.getString(level) as UserCodeLogLine['level'], text: context.getString(text) })
      }),
    )
    const made = this.#kept(this.#taken(context.callFunction(set, context.undefined, send, write, context.newNumber(this.#dataSize)), 'thrown'))
    const run = this.#kept(context.getProp(made, 'run'))
    this.#describe = this.#kept(context.getProp(made, 'describe'))
    const define = this.#kept(this.#taken(context.evalCode(before + source + after, name), 'syntax'))
    const own = call === undefined ? context.undefined : this.#kept(this.#taken(context.evalCode(`(${call}\n)`, `call of ${name}`), 'thrown'))
    const given = [input, JSON.stringify(functions)].map((text) => this.#kept(context.newString(text)))
    const promise = this.#kept(this.#taken(context.callFunction(run, context.undefined, define, own, ...given), 'thrown'))
    const ended = this.#kept(await this.#settled(promise))
    const [reason, text] = [0, 1].map((index) => context.getProp(ended, index).consume((one) => context.getString(one))) as [string, string]
    if (reason === 'value') return text
    throw new Failed({ reason: reason as Failure['reason'], message: text })
  }

  /** Works until the promise is settled; meanwhile answers of functions come in. */
  async #settled(promise: QuickJSHandle): Promise<QuickJSHandle> {
    for (;;) {
      this.#worked(this.#runtime.executePendingJobs())
      const state = this.#context.getPromiseState(promise)
      if (state.type === 'fulfilled') return state.value
      if (state.type === 'rejected') throw this.#failure(this.#kept(state.error), 'thrown')
      if (this.#asked.size === 0) throw new Failed({ reason: 'never_settled', message: 'The code waits for something that never happens.' })
      await this.#answered()
    }
  }

  /** Until a function has answered. */
  async #answered(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = await new Promise<boolean>((resolve) => {
      this.#wake = () => resolve(false)
      timer = setTimeout(() => resolve(true), this.#deadline - performance.now())
    })
    clearTimeout(timer)
    if (late) throw new Failed(this.#tooLong())
  }

  #send(name: string, args: string): QuickJSHandle {
    const context = this.#context
    const asked = context.newPromise()
    const settle = (answer: Answer): void => {
      if (this.#ended) return
      this.#asked.delete(asked)
      const settled = 'value' in answer ? 'resolve' : 'reject'
      context.newString('value' in answer ? answer.value : JSON.stringify(answer.error)).consume((text) => asked[settled](text))
      asked.dispose()
      this.#wake?.()
    }
    this.#asked.add(asked)
    const answer: Promise<Answer> =
      this.#asked.size > callsAtOnce ? Promise.resolve({ error: { message: 'Too many calls at once.' } }) : this.#side.call(name, args)
    // what the engine cannot take is an end of the run, not of the thread
    void answer.then(settle).catch(() => this.#wake?.())
    return asked.handle
  }

  #worked(result: ReturnType<QuickJSRuntime['executePendingJobs']>): void {
    if (result.error) throw this.#failure(this.#kept(result.error), 'thrown')
    result.dispose()
  }

  #taken(result: ReturnType<QuickJSContext['evalCode']>, reason: 'syntax' | 'thrown'): QuickJSHandle {
    if (result.error) throw this.#failure(this.#kept(result.error), reason)
    return result.value
  }

  #failure(error: QuickJSHandle, reason: 'syntax' | 'thrown'): Failed {
    const { name, source } = this.#request
    if (this.#late) return new Failed({ ...this.#tooLong(), ...this.#place(error) })
    const { name: kind, message, stack, no } = this.#described(error)
    const place = placeIn(stack, name, source)
    if (kind === 'InternalError' && message.endsWith('out of memory')) return new Failed({ ...outOfMemory(), ...place })
    return new Failed({ reason: no ? 'no_function' : reason, message, ...place })
  }

  #described(error: QuickJSHandle): { name: string; message: string; stack: string; no: boolean } {
    const context = this.#context
    const result = this.#describe && context.callFunction(this.#describe, context.undefined, error)
    if (result && !result.error) return JSON.parse(result.value.consume((text) => context.getString(text))) as never
    result?.error.dispose()
    if (this.#late) throw new Failed(this.#tooLong())
    throw new Failed(outOfMemory())
  }

  /** Where the time ended: the engine writes this into the error, nothing of the code runs for it. */
  #place(error: QuickJSHandle): object {
    this.#runtime.removeInterruptHandler()
    const stack = this.#context.getProp(error, 'stack').consume((one) => this.#context.getString(one))
    return placeIn(stack, this.#request.name, this.#request.source)
  }

  #tooLong(): Failure {
    return { reason: 'time_limit', message: `The code took longer than the ${this.#request.timeLimit} ms that it may take.` }
  }

  #kept(handle: QuickJSHandle): QuickJSHandle {
    this.#handles.push(handle)
    return handle
  }

  dispose(): void {
    this.#ended = true
    for (const handle of this.#handles) if (handle.alive) handle.dispose()
    for (const asked of this.#asked) asked.dispose()
    this.#context.dispose()
  }
}
