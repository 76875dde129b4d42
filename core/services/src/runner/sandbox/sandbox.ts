import type { UserCodeLogLine } from '@parley/plugin-api'
import type { QuickJSContext, QuickJSDeferredPromise, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten-core'
import { callsAtOnce, logLimits, longestTrace, type Answer, type Failure, type Outcome, type RunRequest } from '../protocol.ts'
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
/** How a run may end by itself; any other reason is one that the code made up. */
const ownReasons: readonly string[] = ['no_function', 'not_json', 'result_too_large'] satisfies Failure['reason'][]
const levels: readonly string[] = ['debug', 'info', 'warn', 'error'] satisfies UserCodeLogLine['level'][]
/** Characters of an error as JSON: of its name, message and stack, each perhaps written as \u0000. */
const longestError = (200 + logLimits.characters + longestTrace) * 6 + 200

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

interface Described {
  readonly name: string
  readonly message: string
  readonly stack: string
  readonly no: boolean
}

/** What the prelude says of an error, as far as it is that: the code may have changed what it uses. */
function describedIn(text: string | undefined): Described {
  let told: Partial<Record<keyof Described, unknown>> = {}
  try {
    told = Object(JSON.parse(text ?? '{}')) as typeof told
  } catch {
    // no JSON
  }
  const { name, message, stack, no } = told
  return {
    name: typeof name === 'string' ? name : '',
    message: typeof message === 'string' ? message.slice(0, logLimits.characters) : 'Something was thrown that cannot be shown.',
    stack: typeof stack === 'string' ? stack.slice(0, longestTrace) : '',
    no: no === true,
  }
}

const notAsked = (message: string): Answer => ({ error: { message } })

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
  #lines = 0
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
    const send = this.#kept(context.newFunction('send', (called, args) => this.#send(called, args)))
    const write = this.#kept(context.newFunction('write', (level, text) => this.#write(level, text)))
    const made = this.#kept(this.#taken(context.callFunction(set, context.undefined, send, write, context.newNumber(this.#dataSize)), 'thrown'))
    const run = this.#kept(context.getProp(made, 'run'))
    this.#describe = this.#kept(context.getProp(made, 'describe'))
    const define = this.#kept(this.#taken(context.evalCode(before + source + after, name), 'syntax'))
    const own = call === undefined ? context.undefined : this.#kept(this.#taken(context.evalCode(`(${call}\n)`, `call of ${name}`), 'thrown'))
    const given = [input, JSON.stringify(functions)].map((text) => this.#kept(context.newString(text)))
    const promise = this.#kept(this.#taken(context.callFunction(run, context.undefined, define, own, ...given), 'thrown'))
    const ended = this.#kept(await this.#settled(promise))
    const [reason, text] = [0, 1].map((index) => this.#kept(context.getProp(ended, index))) as [QuickJSHandle, QuickJSHandle]
    const why = this.#text(reason, 100)
    if (why === 'value') return this.#result(text)
    const message = this.#text(text, logLimits.characters) ?? 'The code failed.'
    throw new Failed({ reason: why !== undefined && ownReasons.includes(why) ? (why as Failure['reason']) : 'thrown', message })
  }

  /**
   * A text of the code, copied out; undefined when it is none or longer than `most`. The code can change what the prelude does, but not the length of
   * a string.
   */
  #text(handle: QuickJSHandle, most: number): string | undefined {
    const length = this.#length(handle)
    return length === undefined || length > most ? undefined : this.#context.getString(handle)
  }

  /** Undefined for what is no string. */
  #length(handle: QuickJSHandle): number | undefined {
    const context = this.#context
    if (context.typeof(handle) !== 'string') return undefined
    return context.getProp(handle, 'length').consume((one) => context.getNumber(one))
  }

  #result(text: QuickJSHandle): string {
    const result = this.#text(text, this.#dataSize)
    if (result !== undefined) return result
    const length = this.#length(text)
    if (length === undefined) throw new Failed({ reason: 'not_json', message: 'The result cannot be told as JSON.' })
    throw new Failed({
      reason: 'result_too_large',
      message: `The result is ${length} characters of JSON; at most ${this.#dataSize} can be answered.`,
    })
  }

  #write(level: QuickJSHandle, text: QuickJSHandle): void {
    if (this.#lines++ > logLimits.lines) return
    const told = this.#text(level, 10) ?? ''
    this.#side.write({
      level: levels.includes(told) ? (told as UserCodeLogLine['level']) : 'info',
      text: this.#text(text, logLimits.characters) ?? '[a line that is too long]',
    })
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

  #send(called: QuickJSHandle, given: QuickJSHandle): QuickJSHandle {
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
    const answer = this.#asked.size > callsAtOnce ? Promise.resolve(notAsked('Too many calls at once.')) : this.#call(called, given)
    // what the engine cannot take is an end of the run, not of the thread
    void answer.then(settle).catch(() => this.#wake?.())
    return asked.handle
  }

  async #call(called: QuickJSHandle, given: QuickJSHandle): Promise<Answer> {
    const name = this.#request.functions.find((one) => one === this.#text(called, one.length))
    if (name === undefined) return notAsked('There is no such function.')
    const args = this.#text(given, this.#dataSize)
    if (args === undefined)
      return notAsked(`What was given to functions.${name} is more than the ${this.#dataSize} characters of JSON that can be given.`)
    return this.#side.call(name, args)
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

  #described(error: QuickJSHandle): Described {
    const context = this.#context
    const result = this.#describe && context.callFunction(this.#describe, context.undefined, error)
    if (result && !result.error) return describedIn(result.value.consume((text) => this.#text(text, longestError)))
    result?.error.dispose()
    if (this.#late) throw new Failed(this.#tooLong())
    throw new Failed(outOfMemory())
  }

  /** Where the time ended: the engine writes this into the error, nothing of the code runs for it. */
  #place(error: QuickJSHandle): object {
    this.#runtime.removeInterruptHandler()
    const stack = this.#context.getProp(error, 'stack').consume((one) => this.#text(one, longestTrace) ?? '')
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
