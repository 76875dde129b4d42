import { z } from 'zod'
import type { ChildLine } from './process/child.ts'
import { logLimits, longestTrace, type RunnerMessage } from './protocol.ts'

// Code of users is near a runner, so nothing of what one says is taken for granted. What that code has a say in is cut to size; the rest must be right, because
// a message that is refused ends the connection, with all runs that are on it.
const count = z.int().min(0)
const place = count.exactOptional().catch(undefined as never)
const textOf = (most: number) => z.string().transform((text) => text.slice(0, most))
const level = z.enum(['debug', 'info', 'warn', 'error'])
const log = z.array(z.object({ level, text: textOf(logLimits.characters) })).transform((lines) => lines.slice(0, logLimits.lines + 1))
const json = z.string()

const failure = z.object({
  reason: z.enum([
    'thrown',
    'syntax',
    'no_function',
    'time_limit',
    'memory_limit',
    'never_settled',
    'result_too_large',
    'not_json',
    'busy',
    'lost',
    'refused',
    'too_large',
  ]),
  message: textOf(longestTrace),
  line: place,
  column: place,
  trace: textOf(longestTrace).exactOptional(),
})

const message = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('state'),
    state: z.object({
      runner: z.string().max(100),
      parallel: z.int().min(1),
      running: count,
      waiting: count,
      replaced: z.record(z.string().max(100), count),
      draining: z.boolean(),
    }),
  }),
  z.object({ type: z.literal('call'), id: count, call: count, name: textOf(1000), args: json, log }),
  z.object({
    type: z.literal('done'),
    id: count,
    outcome: z.union([z.strictObject({ value: json }), z.strictObject({ failure })]),
    log,
    duration: z.number().min(0),
  }),
])

const childLine = z.union([z.object({ url: z.url() }), z.object({ level, message: z.string(), data: z.record(z.string(), z.unknown()).optional() })])

/** What came over the connection; throws where it is no message of a runner. */
export const readRunnerMessage = (text: string): RunnerMessage => message.parse(JSON.parse(text)) as RunnerMessage

/** A line that a child process wrote; throws where it is none of a runner. */
export const readChildLine = (text: string): ChildLine => childLine.parse(JSON.parse(text)) as ChildLine
