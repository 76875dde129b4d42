import { z } from 'zod'

/** A full origin as browsers state it: scheme, host, port, nothing after. */
const origin = z.string().refine((text) => {
  try {
    const url = new URL(text)
    return (url.protocol === 'https:' || url.protocol === 'http:') && url.origin === text
  } catch {
    return false
  }
}, 'Write the full origin, such as https://www.example.com: no path, no slash at the end. List every origin separately.')

export const accountSchema = z.object({
  allowedOrigins: z
    .array(origin)
    .max(200)
    .default([])
    .meta({ title: 'Allowed domains', description: 'Sites that may show the widget. Empty: only the demo page.' }),
  title: z.string().max(80).default('Chat').meta({ title: 'Title' }),
  subtitle: z.string().max(160).default('').meta({ title: 'Subtitle' }),
  color: z
    .string()
    .regex(/^#[\da-fA-F]{6}$/, 'A colour such as #4650d6.')
    .default('#4650d6')
    .meta({ title: 'Colour', format: 'color' }),
  position: z.enum(['right', 'left']).default('right').meta({ title: 'Side of the page' }),
  launcher: z.string().max(40).default('').meta({ title: 'Words on the button', description: 'Empty: a round button with an icon.' }),
  files: z.boolean().default(true).meta({ title: 'Visitors may send files' }),
  start: z.boolean().default(true).meta({ title: 'Start the scenario when the chat is opened for the first time' }),
  identitySecret: z
    .string()
    .max(256)
    .optional()
    .meta({ title: 'Identity secret', format: 'password', description: 'Needed only to recognise people who are signed in on the site.' }),
})
export type WidgetConfig = z.infer<typeof accountSchema>
