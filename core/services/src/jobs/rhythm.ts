import { ParleyError } from '@parley/plugin-api'
import { Cron } from 'croner'

/** When something that repeats is due: the first moment after the given one. `text` tells two rhythms apart. */
export interface Rhythm {
  readonly text: string
  next(after: Date): Date
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const everyText = /^every\s+(\d+)\s*(ms|s|m|h|d)$/

/** Multiples of the period since 1970, so that all processes mean the same moments. */
export const everyMilliseconds = (period: number): Rhythm => ({
  text: `every ${period}ms`,
  next: (after) => new Date((Math.floor(after.getTime() / period) + 1) * period),
})

const cron = (expression: string, owner: string): Rhythm => {
  try {
    const pattern = new Cron(expression, { paused: true, timezone: 'UTC' })
    return { text: expression, next: (after) => pattern.nextRun(after) ?? new Date(8.64e15) }
  } catch (error) {
    throw new ParleyError(
      'invalid_input',
      `"${owner}" has the schedule "${expression}", which is neither a cron expression nor of the form "every 30s" (ms, s, m, h, d).`,
      { cause: error },
    )
  }
}

/** A cron expression (UTC), or `every 30s`. */
export const parseSchedule = (schedule: string, owner: string): Rhythm => {
  const [, amount, unit] = everyText.exec(schedule.trim()) ?? []
  if (amount === undefined || unit === undefined) return cron(schedule, owner)
  const period = Number(amount) * (units[unit] ?? 0)
  if (period > 0) return everyMilliseconds(period)
  throw new ParleyError('invalid_input', `"${owner}" has the schedule "${schedule}". Write a period above zero, such as "every 30s".`)
}
