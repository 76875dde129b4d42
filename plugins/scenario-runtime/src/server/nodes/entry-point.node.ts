import { z } from 'zod'
import type { ScenarioNode } from '../../api/index.ts'
import { runtimeStep } from '../run/runtime-step.ts'

const parameters = z.object({
  entryTriggerType: z
    .enum(['entry', 'webhook'])
    .default('entry')
    .meta({ title: 'Reached', description: '"entry": by exit points and jumps. "webhook": by anybody who calls its address, and by deep links.' }),
  connectorAlias: z.string().max(200).optional().meta({ title: 'Unique id', description: 'A second name, for callers outside.' }),
  jsonData: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ title: 'Data', description: 'Constants set on the way in when the caller gave none of that name.' }),
})
export type EntryPointParameters = z.output<typeof parameters>

/** Target of jumps, deep links and calls from outside. */
export const entryPointNode: ScenarioNode<EntryPointParameters> = {
  type: 'entry-point',
  version: 1,
  title: 'Entry point',
  quick: true,
  category: 'basic',
  parameters,
  outputs: () => ['default'],
  run: async (context, { jsonData }) => {
    const step = runtimeStep(context)
    for (const [key, value] of Object.entries(jsonData ?? {})) if (step.lookup(key) === undefined) step.set(key, step.values(value))
    return { output: 'default' }
  },
}
