import { currentContext } from '@parley/kernel'
import type { Logger } from '@parley/plugin-api'
import { pino } from 'pino'
import { redact, redactText } from './redact.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface LoggerOptions {
  /** Default `info`. */
  readonly level?: LogLevel
  /** Takes one line of JSON at a time; default the standard output. */
  readonly destination?: { write(line: string): void }
}

/** The host's own log, and where the logs of plugins come from. */
export interface HostLogger extends Logger {
  forPlugin(id: string): Logger
}

const context = (): object => {
  const work = currentContext()
  if (work === undefined) return {}
  const { plugin, requestId, actor } = work
  return { plugin, requestId, ...(actor === undefined ? {} : { actor: `${actor.kind}:${actor.id}` }) }
}

/** @example const log = createLogger({ level: 'info' }); log.info('listening', { port }) */
export const createLogger = ({ level = 'info', destination }: LoggerOptions = {}): HostLogger => {
  const options: pino.LoggerOptions = {
    level,
    base: undefined as never,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  }
  const sink = destination === undefined ? pino(options) : pino(options, destination)

  const make = (owner: object): Logger => {
    const write =
      (severity: 'debug' | 'info' | 'warn' | 'error') =>
      (message: string, data?: object): void => {
        if (!sink.isLevelEnabled(severity)) return
        sink[severity]({ ...context(), ...owner, ...(data === undefined ? {} : redact(data)) }, redactText(message))
      }
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  }

  return { ...make({}), forPlugin: (id) => make({ plugin: id }) }
}
