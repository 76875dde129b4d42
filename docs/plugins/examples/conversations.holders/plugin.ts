import { definePlugin } from '@parley/plugin-api'
import { holders, outbox } from '@parley/plugin-conversations/api'

export default definePlugin({
  id: 'out-of-office',
  consumes: { outbox },
  contributes: (add) => [
    add(holders, 'out-of-office', ({ outbox: out }) => ({
      handle: async (turn) => {
        const batch = turn.batch()
        if (turn.item.type === 'message') {
          const content = { kind: 'text', text: 'We are back on Monday.' } as const
          await out.send(turn.conversation.id, [{ author: { kind: 'bot' }, content, clientKey: `away:${turn.item.id}` }], { within: batch })
        }
        // the answer and the end of the turn are one commit: neither without the other
        await turn.finish(batch)
      },
    })),
  ],
})
