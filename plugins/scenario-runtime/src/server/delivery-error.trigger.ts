import type { EventType } from '@parley/plugin-api'
import { deliveryFailed } from '@parley/plugin-conversations/api'
import { z } from 'zod'
import type { ScenarioTrigger } from '../api/index.ts'

type Payload = typeof deliveryFailed extends EventType<infer P> ? P : never

const filter = z.object({
  channelFilter: z.string().default('').meta({ title: 'Channel', description: 'Empty: every channel.' }),
  keywords: z.array(z.string().min(1)).default([]).meta({ title: 'Words of the reason', description: 'One of them must occur; none: any reason.' }),
})

const pause = 10 * 60 * 1000

/** One run in ten minutes for a conversation: a section that answers into the broken channel would start itself for ever. */
export const deliveryErrorKey = ({ conversationId }: Payload, now: Date): string =>
  `delivery_error:${conversationId}:${Math.floor(now.getTime() / pause)}`

export const deliveryErrorTrigger: ScenarioTrigger<Payload> = {
  type: 'delivery_error',
  title: 'A message could not be delivered',
  event: deliveryFailed,
  filter,
  matches: ({ channel, reason, reasonWords }, given) => {
    const { channelFilter, keywords } = given as z.output<typeof filter>
    // who writes the words reads the reason in one language or another
    const words = [reason, ...Object.values(reasonWords ?? {})].join('\n').toLowerCase()
    return (
      (channelFilter === '' || channelFilter === channel) && (keywords.length === 0 || keywords.some((word) => words.includes(word.toLowerCase())))
    )
  },
  start: ({ conversationId, messageId, channel, reason }) => ({ conversationId, data: { message_id: messageId, channel, delivery_error: reason } }),
}
