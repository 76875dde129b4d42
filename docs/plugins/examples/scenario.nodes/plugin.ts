import { definePlugin } from '@parley/plugin-api'
import { scenarioNodes, type ScenarioNode } from '@parley/plugin-scenario-runtime/api'
import { z } from 'zod'

const parameters = z.object({
  constant: z
    .string()
    .min(1)
    .meta({ title: 'Constant', translations: { uk: { title: 'Константа' } } }),
  share: z
    .number()
    .min(0)
    .max(100)
    .default(50)
    .meta({ title: 'Share of A, per cent', translations: { uk: { title: 'Частка A, %' } } }),
})

/** Sends a part of the clients one way, always the same clients. */
const split: ScenarioNode<z.output<typeof parameters>> = {
  type: 'split-test',
  version: 1,
  title: 'Split test',
  quick: true,
  category: 'flow',
  parameters,
  outputs: () => ['a', 'b'],
  run: async (context, { constant, share }) => {
    const place = [...context.conversation.clientId].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 100, 7)
    const output = place < share ? 'a' : 'b'
    context.set(constant, output)
    return { output }
  },
}

export default definePlugin({ id: 'split-test', contributes: (add) => [add(scenarioNodes, 'split-test', () => split)] })
