import { z } from 'zod'
import { aliasFormat, type ScenarioNode } from '../../api/index.ts'

const parameters = z.object({
  section: z.string().max(100).optional().meta({ title: 'Section', description: 'Goes to its Start when no alias is given.' }),
  alias: z.string().max(200).optional().meta({ title: 'Entry point', format: aliasFormat }),
})

/** The edge an exit point leaves by; the compiler draws it, people do not. */
export const exitOutput = 'exit'

/** Ends the section, and goes on in another when it names one. */
export const exitPointNode: ScenarioNode<z.output<typeof parameters>> = {
  type: 'exit-point',
  version: 1,
  title: 'Exit point',
  quick: true,
  category: 'basic',
  parameters,
  outputs: () => [],
  run: async () => ({ output: exitOutput }),
}
