import type { LogLine, TestHost } from '../test-host.ts'
import type { Answered, ProviderSide } from './provider-side.ts'

const heading = '\n\nTo go by:\n'
/** Frames that tell an author nothing. */
const kit = /node_modules\/@parley\/test-kit\//
const mostCharacters = 400
const mostLines = 3

/** What a failing case had to go by: the last words of both sides and of the host, since the case began. */
export class Evidence {
  readonly #host: TestHost
  readonly #side: ProviderSide
  #logs = 0
  #asked = 0
  #told = 0

  constructor({ host, side }: { host: TestHost; side: ProviderSide }) {
    this.#host = host
    this.#side = side
  }

  begins(): void {
    this.#logs = this.#host.logs.length
    this.#asked = this.#side.asked?.length ?? 0
    this.#told = this.#side.told?.length ?? 0
  }

  /** The same error, which now says more. */
  addTo(error: unknown): unknown {
    if (!(error instanceof Error) || error.message.includes(heading)) return error
    const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line) && !kit.test(line)) ?? []
    const lines = this.#lines()
    if (lines.length > 0) error.message += heading + lines.map((line) => `- ${line}`).join('\n')
    error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n')
    return error
  }

  #lines(): string[] {
    const told = this.#side.told?.slice(this.#told).at(-1)
    const asked = this.#side.asked?.slice(this.#asked).at(-1)
    const logs = this.#host.logs.slice(this.#logs).filter(({ level }) => level !== 'info')
    return [
      ...(told === undefined ? [] : [`the webhook's last answer: ${answerInWords(told)}`]),
      ...(asked === undefined
        ? []
        : [`the last request to the provider: ${asked.request.method} ${asked.request.path} ${shortened(asked.request.text)}`]),
      ...(asked?.answer === undefined ? [] : [`the provider's answer to it: ${answerInWords(asked.answer)}`]),
      ...logs.slice(-mostLines).map(inWords),
    ]
  }
}

/** Of a problem what an author can use. */
const answerInWords = ({ status, text }: Answered): string => {
  try {
    const { code, detail, type: _type, title: _title, status: _status, requestId: _request, plugin: _plugin, ...more } = JSON.parse(text) as Problem
    if (code !== undefined && detail !== undefined)
      return `${status} ${code}: ${shortened(Object.keys(more).length === 0 ? detail : `${detail} ${JSON.stringify(more)}`)}`
  } catch {
    // not every answer is a problem, or JSON at all
  }
  return `${status} ${shortened(text)}`
}
type Problem = Readonly<Record<string, unknown>> & { readonly code?: string; readonly detail?: string }

/** What an author can use of a line: no stack, no ids of requests. */
const inWords = ({ level, msg, time: _time, requestId: _request, error, ...fields }: LogLine): string => {
  const { name, message } = (error ?? {}) as { name?: string; message?: string }
  const reason = message === undefined ? '' : ` (${name}: ${message})`
  return `logged (${level}): ${shortened(`${msg}${reason} ${JSON.stringify(fields)}`)}`
}

const shortened = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters)}…` : line
}
