import { z } from 'zod'
import type { ScenarioNode } from '../../api/index.ts'
import { runtimeStep } from '../run/runtime-step.ts'

export const textFormat = z.enum(['plain', 'html']).default('plain').meta({ title: 'Format' })

const parameters = z
  .object({
    text: z.string().max(32_768).default('').meta({ title: 'Text', format: 'multiline' }),
    format: textFormat,
    media: z
      .object({
        kind: z.enum(['image', 'file', 'audio', 'video']).default('image'),
        url: z.string().min(1).max(2048),
        name: z.string().max(255).optional(),
      })
      .optional()
      .meta({ title: 'File' }),
  })
  .refine(({ text, media }) => text !== '' || media !== undefined, { path: ['text'], message: 'The message needs a text or a file.' })
export type MessageParameters = z.output<typeof parameters>

/** Says something and goes on. */
export const messageNode: ScenarioNode<MessageParameters> = {
  type: 'message',
  version: 1,
  title: 'Message',
  quick: true,
  category: 'messaging',
  parameters,
  outputs: () => ['default'],
  run: (context, { text, format, media }) => {
    const step = runtimeStep(context)
    const filled = step.text(text, format)
    if (media === undefined) {
      step.reply({ kind: 'text', text: filled, format })
    } else {
      const file = { url: step.text(media.url, 'url'), ...(media.name === undefined ? {} : { name: step.text(media.name) }) }
      step.reply({ kind: media.kind, media: file, ...(filled === '' ? {} : { text: filled }), ...(media.kind === 'audio' ? {} : { format }) })
    }
    return { output: 'default' }
  },
}
