import { post, updateOf } from './message-road.mjs'
import { until } from './setting.mjs'

const chats = 20
const perSecond = 20
const seconds = 10

/** Hands everybody over to the team at once. */
const handOver = {
  format: 'parley.scenario@1',
  title: 'Hand over',
  main: 'main',
  sections: [
    {
      id: 'main',
      title: 'Main',
      nodes: [
        { id: 'start', type: 'start', parameters: { triggers: [{ type: 'channels' }] } },
        { id: 'connect', type: 'connect-to-operator', parameters: { auto_connect_operator: false, status: 'queue' } },
      ],
      edges: [{ from: 'start', output: 'default', to: 'connect' }],
    },
  ],
}

/**
 * How long after a client wrote the lists of all screens show it: every screen follows the shared folders of the bot, as the inbox does. Measured from
 * before the message is sent to the hook, so the way in is part of it.
 */
export const listsOfScreens = async (url, call, shells) => {
  const bot = await call('POST', '/api/v1/conversations/bots', { name: 'Team' })
  const config = { custom_channel_url: 'http://127.0.0.1:9/' }
  const account = await call('POST', '/api/v1/conversations/accounts', {
    botId: bot.id,
    channel: 'custom_channel',
    title: 'Team',
    config,
    active: true,
  })
  await call('PUT', `/api/v1/scenario-runtime/bots/${bot.id}/draft`, { document: handOver })
  await call('POST', `/api/v1/scenario-runtime/bots/${bot.id}/publish`, {})
  const hook = `${url}/hooks/channel-custom/${account.id}`

  for (let n = 0; n < chats; n += 1) await post(hook, updateOf(`list-${n}`, 'hello'))
  await until(async () => {
    const { requests } = await call('GET', '/api/v1/operator-panel/requests?folder=queue')
    return requests.filter(({ botId }) => botId === bot.id).length === chats
  })
  const sent = new Map()
  const times = []
  for (let n = 0; n < shells.length; n += 50) {
    const some = shells.slice(n, n + 50)
    await Promise.all(
      some.map(async (shell) => {
        const key = { botId: bot.id, all: true }
        const answer = await shell.timeout(20_000).emitWithAck('subscribe', { topic: 'operator-panel.bot-requests@1', key })
        if (!answer.ok) throw new Error(answer.problem?.detail)
        shell.on('topic', ({ topic, payload }) => {
          if (topic !== 'operator-panel.bot-requests@1') return
          for (const { lastText } of payload.requests) if (sent.has(lastText)) times.push(performance.now() - sent.get(lastText))
        })
      }),
    )
  }
  const total = perSecond * seconds
  const started = performance.now()
  const pending = []
  for (let n = 0; n < total; n += 1) {
    const due = started + (n * 1000) / perSecond
    if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()))
    sent.set(`list message ${n}`, performance.now())
    pending.push(post(hook, updateOf(`list-${n % chats}`, `list message ${n}`)))
  }
  await Promise.all(pending)
  await until(() => times.length >= total * shells.length, 30)
  return times
}
