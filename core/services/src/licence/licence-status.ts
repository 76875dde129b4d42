import { neededFeature, termOf, warningDays, type Kernel } from '@parley/kernel'
import { limitUsage } from '@parley/plugin-api'
import { z } from 'zod'
import type { LicenceKeeper, LicenceOptions } from './licence-keeper.ts'

const words = z.object({ en: z.string(), uk: z.string() })

export const licenceStatus = z.object({
  /** Whether every plugin but the base needs a licence here. */
  required: z.boolean(),
  licences: z.array(
    z.object({
      id: z.string(),
      customer: z.string(),
      key: z.string(),
      /** Where it was found: a file, or the database of uploaded ones. */
      origin: z.string(),
      issued: z.string(),
      expires: z.string().optional(),
      graceDays: z.number(),
      trial: z.boolean(),
      state: z.enum(['valid', 'grace', 'ended']),
      /** To the end; in the grace days to the suspension. */
      daysLeft: z.number().optional(),
      /** The last warning that is due: so many days before the end. */
      warning: z.literal(warningDays).optional(),
      /** When what it brings is suspended. */
      suspendsAt: z.string().optional(),
      features: z.array(z.string()),
      limits: z.array(z.object({ name: z.string(), limit: z.number(), used: z.number().optional() })),
    }),
  ),
  /** Licences that do not count, and a clock that goes wrong: a sentence in English, a code and values for other languages. */
  problems: z.array(z.object({ code: z.string(), text: z.string(), values: z.record(z.string(), z.string()) })),
  /** Every plugin that needs a licence, also those that have it. */
  plugins: z.array(
    z.object({
      id: z.string(),
      title: words.optional(),
      description: words.optional(),
      feature: z.string(),
      state: z.string(),
      reason: z.string().optional(),
      /** The licence includes it now, and its code is not loaded yet. */
      needsRestart: z.boolean(),
    }),
  ),
})
export type LicenceStatus = z.infer<typeof licenceStatus>

/** Everything a person may want to know of the licences. */
export async function describeLicences(keeper: LicenceKeeper, kernel: Kernel, options: LicenceOptions): Promise<LicenceStatus> {
  const used = await usage(kernel, options)
  const handles = new Map(kernel.plugins().map((plugin) => [plugin.id, plugin]))
  return {
    required: options.required,
    licences: keeper.set.held.map(({ document, origin, key }) => {
      const { state, daysLeft, warning, endsAt } = termOf(document, keeper.now(document))
      return {
        id: document.id,
        customer: document.customer,
        key,
        origin,
        issued: document.issued,
        graceDays: document.grace_days,
        trial: document.trial,
        state,
        features: Object.keys(document.features),
        limits: Object.entries(document.limits).map(([name, limit]) => ({ name, limit, ...(used.has(name) ? { used: used.get(name)! } : {}) })),
        ...(document.expires === undefined ? {} : { expires: document.expires }),
        ...(daysLeft === undefined ? {} : { daysLeft }),
        ...(warning === undefined ? {} : { warning }),
        ...(endsAt === undefined ? {} : { suspendsAt: endsAt.toISOString() }),
      }
    }),
    problems: [...keeper.set.problems, ...keeper.clockProblems()],
    plugins: options.plugins.flatMap((plugin) => {
      const feature = neededFeature(plugin, options)
      const handle = handles.get(plugin.id)
      if (feature === undefined || handle === undefined) return []
      const { title, description } = plugin.manifest ?? {}
      return {
        id: plugin.id,
        feature,
        state: handle.state,
        needsRestart: handle.state === 'unlicensed' && keeper.set.refusal(plugin) === undefined,
        ...(title === undefined ? {} : { title }),
        ...(description === undefined ? {} : { description }),
        ...(handle.reason === undefined ? {} : { reason: handle.reason }),
      }
    }),
  }
}

export interface PluginTerm {
  readonly feature: string
  readonly state: 'valid' | 'grace' | 'ended' | 'missing'
  readonly expires?: string
  readonly daysLeft?: number
}

/** What the licence says of one plugin; `undefined` when it needs none. */
export function pluginTerm(id: string, keeper: LicenceKeeper, options: LicenceOptions): PluginTerm | undefined {
  const plugin = options.plugins.find((one) => one.id === id)
  const feature = plugin && neededFeature(plugin, options)
  if (plugin === undefined || feature === undefined) return undefined
  const licence = keeper.set.granting(plugin, feature)
  if (licence === undefined) return { feature, state: 'missing' }
  const { expires } = licence.document
  const { state, daysLeft } = termOf(licence.document, keeper.now(licence.document))
  return { feature, state, ...(expires === undefined ? {} : { expires }), ...(daysLeft === undefined ? {} : { daysLeft }) }
}

async function usage(kernel: Kernel, { log }: LicenceOptions): Promise<ReadonlyMap<string, number>> {
  const counted = await Promise.all(
    [...kernel.point(limitUsage)].map(async ([name, limit]) => {
      try {
        return [[name, await limit.used()] as const]
      } catch (error) {
        log.warn('the use of a limit could not be counted', { limit: name, error })
        return []
      }
    }),
  )
  return new Map(counted.flat())
}
