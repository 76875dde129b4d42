import type { LogLine, TestHost } from '../test-host.ts'
import type { ProviderSide } from './provider-side.ts'

const heading = '\n\nTo go by:\n'
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
    const lines = this.#lines()
    if (lines.length > 0) error.message += heading + lines.map((line) => `- ${line}`).join('\n')
    return error
  }

  #lines(): string[] {
    const told = this.#side.told?.slice(this.#told).at(-1)
    const asked = this.#side.asked?.slice(this.#asked).at(-1)
    const logs = this.#host.logs.slice(this.#logs).filter(({ level }) => level !== 'info')
    return [
      ...(told === undefined ? [] : [`the webhook's last answer: ${told.status} ${shortened(told.text)}`]),
      ...(asked === undefined
        ? []
        : [`the last request to the provider: ${asked.request.method} ${asked.request.path} ${shortened(asked.request.text)}`]),
      ...(asked?.answer === undefined ? [] : [`the provider's answer to it: ${asked.answer.status} ${shortened(asked.answer.text)}`]),
      ...logs.slice(-mostLines).map(inWords),
    ]
  }
}

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
