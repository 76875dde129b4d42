import { definePlugin } from '@parley/plugin-api'
import { messageKinds } from '@parley/plugin-conversations/api'
import { z } from 'zod'

const poll = z.object({ kind: z.literal('poll'), question: z.string().min(1).max(300), answers: z.array(z.string().max(100)).min(2).max(10) })

export default definePlugin({
  id: 'polls',
  contributes: (add) => [
    add(messageKinds, 'poll', () => ({
      kind: 'poll',
      schema: poll,
      toText: (content) => {
        const { question, answers } = poll.parse(content)
        return [question, ...answers.map((answer, index) => `${index + 1}. ${answer}`)].join('\n')
      },
    })),
  ],
})
