import type { Points } from '@parley/plugin-api'
import { z } from 'zod'
import { scenarioTriggers, type ParameterProblem, type ScenarioNode } from '../../api/index.ts'
import { didYouMean } from '../document/did-you-mean.ts'

export const startTrigger = z.looseObject({
  type: z.string().min(1).meta({ description: '"channels", "webhook", or the kind of an event of the platform.' }),
  filter: z.record(z.string(), z.unknown()).optional().meta({ description: 'Which events; fields depend on the trigger.' }),
})

const parameters = z.object({
  triggers: z
    .array(startTrigger)
    .default([])
    .meta({ title: 'Triggers', description: 'What starts the section. Messages of clients start the main one without being named.' }),
})
export type StartParameters = z.output<typeof parameters>

const inEffect = ['channels', 'webhook']
const later = ['process_start', 'mcp_tool', 'internal_event']

/** One per section; holds its triggers. */
export const createStartNode = ({ points }: { points: Points }): ScenarioNode<StartParameters> => ({
  type: 'start',
  version: 1,
  title: 'Start',
  quick: true,
  category: 'basic',
  parameters,
  outputs: () => ['default'],
  run: async () => ({ output: 'default' }),
  check: ({ triggers }) =>
    triggers.flatMap((trigger, index): ParameterProblem[] => {
      const path = `/triggers/${index}`
      if (inEffect.includes(trigger.type)) return []
      if (later.includes(trigger.type)) return [{ level: 'warning', path, message: `The trigger "${trigger.type}" is kept and not yet in effect.` }]
      const known = points.get(scenarioTriggers)
      const contributed = known.get(trigger.type)
      if (contributed === undefined) {
        const message = `There is no trigger "${trigger.type}".${didYouMean(trigger.type, [...inEffect, ...later, ...known.keys()])}`
        return [{ level: 'error', path: `${path}/type`, message }]
      }
      const result = contributed.filter['~standard'].validate(trigger.filter ?? {}) as { issues?: readonly { message: string }[] }
      return (result.issues ?? []).map((issue) => ({ level: 'error', path: `${path}/filter`, message: issue.message }))
    }),
})
