import { z } from 'zod'
import type { ScenarioNode } from '../../api/index.ts'

const parameters = z.object({ text: z.string().max(10_000).default('').meta({ title: 'Text' }) })

/** A comment for the team; nothing runs. */
export const noteNode: ScenarioNode<z.output<typeof parameters>> = {
  type: 'note',
  version: 1,
  title: 'Note',
  quick: true,
  category: 'basic',
  parameters,
  outputs: () => [],
  run: async () => ({ end: true }),
}
