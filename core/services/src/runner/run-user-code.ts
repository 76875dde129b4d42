import { AsyncResource } from 'node:async_hooks'
import {
  isParleyError,
  ParleyError,
  UserCodeError,
  type JsonValue,
  type Logger,
  type UserCode,
  type UserCodeLogLine,
  type UserCodeResult,
} from '@parley/plugin-api'
import { logLimits, type Answer, type RunRequest } from './protocol.ts'
import type { RunnerLimits } from './runner-limits.ts'
import { lost, type EndedRun, type RunnerLink } from './runner-link.ts'
import type { RunnerSource } from './runner-source.ts'
import { parseSandboxJson } from './sandbox-json.ts'

export interface RunParts {
  readonly source: RunnerSource | undefined
  /** Why there is no source. */
  readonly missing: string
  readonly limits: RunnerLimits
  readonly log: Logger
  readonly plugin: string
}

const usualTime = 5000
/** Milliseconds beyond all limits after which a runner has lost a run. */
const silence = 10_000

// a scenario may show it to its client, so it names no addresses
const nobody = 'No runner takes code now. The log says why.'

/** One run: finds a runner, answers what the code asks for, tells how it ended. */
export async function runUserCode(code: UserCode, { source, missing, limits, log, plugin }: RunParts): Promise<UserCodeResult> {
  const signal = code.signal ?? new AbortController().signal
  signal.throwIfAborted()
  const request = requestOf(code, plugin, limits)
  if (source === undefined) throw new UserCodeError(missing, { reason: 'no_runner' })
  // what the code asks for belongs to whoever ran it, also in the log
  const answer = AsyncResource.bind((name: string, args: string) => answerOf(code, name, args, limits, log))
  let calls = 0
  const call = (name: string, args: string): Promise<Answer> => (calls++, answer(name, args))
  const patience = request.timeLimit + limits.waitTime + silence
  const tried = new Set<RunnerLink>()
  let busy: EndedRun | undefined
  for (;;) {
    await source.ready()
    signal.throwIfAborted()
    const link = leastBusy(source.links().filter((one) => one.open && !tried.has(one)))
    if (link === undefined) {
      if (busy) throw failed(busy)
      log.warn('No runner takes code', { problem: source.problem() ?? 'every runner is ending' })
      throw new UserCodeError(nobody, { reason: 'no_runner' })
    }
    tried.add(link)
    const ended = await link.run({ request, call, signal }, patience)
    const { outcome } = ended
    if ('value' in outcome) {
      const log = linesOf(ended.log)
      return { value: valueOf(outcome.value, limits, log), log, duration: ended.duration }
    }
    const { reason } = outcome.failure
    if (reason !== 'busy' && reason !== 'refused') throw failed(ended)
    // who asked for something has begun, whatever is said; nothing is done twice
    if (calls > 0) throw failed(lost(ended.log))
    if (reason === 'busy') busy = ended
  }
}

const leastBusy = (links: readonly RunnerLink[]): RunnerLink | undefined => links.toSorted((one, next) => one.load - next.load)[0]

function requestOf(code: UserCode, plugin: string, { timeLimit: most, dataSize }: RunnerLimits): RunRequest {
  const input = JSON.stringify(code.input ?? null) as string | undefined
  if (input === undefined) throw new ParleyError('invalid_input', 'What user code gets must be JSON.')
  for (const [what, { length }] of Object.entries({ source: code.source, input })) {
    if (length > dataSize)
      throw new ParleyError('too_large', `The ${what} of "${code.name}" is ${length} characters; runner.dataSize allows ${dataSize}.`)
  }
  return {
    // one line of a stack must stay one line
    name: code.name.replaceAll(/[\n\r\0]/g, ' '),
    source: code.source,
    ...(code.call === undefined ? {} : { call: code.call }),
    input,
    functions: Object.keys(code.functions ?? {}),
    timeLimit: Math.min(code.timeLimit ?? usualTime, most),
    plugin,
  }
}

/** What a function of the caller says to the code. Errors that were not meant to be read stay here. */
async function answerOf(
  { functions = {}, name: code }: UserCode,
  name: string,
  args: string,
  { dataSize }: RunnerLimits,
  log: Logger,
): Promise<Answer> {
  try {
    if (!Object.hasOwn(functions, name)) return { error: { message: `There is no function "${name}".` } }
    if (args.length > dataSize) return { error: { message: `At most ${dataSize} characters of JSON can be given.`, code: 'too_large' } }
    const values = parseSandboxJson(args) as JsonValue[]
    const value = JSON.stringify((await functions[name]!(...values)) ?? null)
    if (value.length <= dataSize) return { value }
    return {
      error: {
        message: `The answer of functions.${name} is ${value.length} characters of JSON; at most ${dataSize} can be given.`,
        code: 'too_large',
      },
    }
  } catch (error) {
    if (isParleyError(error)) return { error: { message: error.message, code: error.code } }
    log.error('A function that user code called failed', { code, function: name, error })
    return { error: { message: `functions.${name} failed.`, code: 'internal' } }
  }
}

function valueOf(text: string, { dataSize }: RunnerLimits, log: readonly UserCodeLogLine[]): JsonValue {
  if (text.length > dataSize) {
    const message = `The result is ${text.length} characters of JSON; at most ${dataSize} can be answered.`
    throw new UserCodeError(message, { reason: 'result_too_large', log })
  }
  try {
    return parseSandboxJson(text)
  } catch (error) {
    const why = isParleyError(error) ? ` ${error.message}` : ''
    throw new UserCodeError(`The result cannot be taken as JSON.${why}`, { reason: 'not_json', log })
  }
}

function failed({ outcome, log }: EndedRun): Error {
  if ('value' in outcome) throw new TypeError('It did not fail.')
  const { reason, message, ...place } = outcome.failure
  if (reason === 'too_large') return new ParleyError('too_large', message)
  return new UserCodeError(message, { ...place, reason: reason === 'refused' ? 'no_runner' : reason, log: linesOf(log) })
}

/** What a runner says is bounded here once more. */
const linesOf = (log: readonly UserCodeLogLine[]): readonly UserCodeLogLine[] =>
  log.slice(0, logLimits.lines + 1).map(({ level, text }) => ({ level, text: String(text).slice(0, logLimits.characters) }))
