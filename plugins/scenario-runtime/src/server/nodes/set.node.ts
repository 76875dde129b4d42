import { z } from 'zod'
import type { ScenarioAction, ScenarioNode, StepContext, StepResult } from '../../api/index.ts'
import { runtimeStep } from '../run/runtime-step.ts'

const parameters = z.object({
  json_obj: z
    .record(z.string().min(1).max(200), z.unknown())
    .meta({ title: 'Values', description: 'Constant -> value. A text that is one placeholder keeps the type of what it stands for.' }),
})
type SetParameters = z.output<typeof parameters>

const run = async (context: StepContext, { json_obj }: SetParameters): Promise<StepResult> => {
  const step = runtimeStep(context)
  // one after another: a value may use those set before it
  for (const [key, value] of Object.entries(json_obj)) step.set(key, step.values(value))
  return { output: 'default' }
}

/** Writes values into the state, silently. */
export const setNode: ScenarioNode<SetParameters> = {
  type: 'action_set',
  version: 1,
  title: 'Set',
  quick: true,
  category: 'data',
  parameters,
  outputs: () => ['default'],
  run,
}

export const setAction: ScenarioAction<SetParameters> = {
  id: 'set',
  title: 'Set constants',
  group: 'core',
  description: 'Writes values into the state of the run.',
  parameters,
  outcomes: ['default'],
  run,
}
