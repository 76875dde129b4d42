import type { ParleyHost } from './parley-host.ts'

const say = (id: string, text: string): object => ({ id, type: 'message', parameters: { text } })
const entry = (alias: string): object => ({ id: `entry-${alias}`, type: 'entry-point', alias, parameters: { entryTriggerType: 'entry' } })

export interface WidgetBot {
  readonly number: number
}

/**
 * A bot that repeats what the site told it: at each message `Plan <plan> of <city>`. Entry points: `offers` says so too; `menu` has two buttons;
 * `slow` asks `slowUrl` first, and answers when that does.
 */
export const openWidgetBot = async (host: ParleyHost, { slowUrl, config }: { slowUrl: string; config: object }): Promise<WidgetBot> => {
  const api = await host.api()
  const bot = await api.post('/conversations/bots', { name: 'Site bot', language: 'en' })
  const buttons = [[{ id: 'red', text: 'Red', value: 'red' }], [{ id: 'blue', text: 'Blue', value: 'blue' }]]
  const nodes = [
    { id: 'start', type: 'start', parameters: { triggers: [{ type: 'channels' }] } },
    say('plan', 'Plan {{plan}} of {{city}}'),
    entry('offers'),
    say('offers', 'Offers for {{plan}}'),
    entry('menu'),
    { id: 'menu', type: 'MessageKeyboard', parameters: { text: 'Which colour?', placement: 'inline', buttons } },
    say('red', 'You chose red'),
    say('blue', 'You chose blue'),
    say('hint', 'Press a button, please'),
    entry('slow'),
    { id: 'wait', type: 'action', parameters: { templateId: 'send_request', values: { url: slowUrl, timeout: 60 } } },
    say('done', 'Here is the answer'),
    say('failed', 'No answer: {{error_reason}}'),
  ]
  const edges = [
    { from: 'start', to: 'plan' },
    { from: 'entry-offers', to: 'offers' },
    { from: 'entry-menu', to: 'menu' },
    { from: 'menu', output: 'red', to: 'red' },
    { from: 'menu', output: 'blue', to: 'blue' },
    { from: 'menu', output: 'else', to: 'hint' },
    { from: 'entry-slow', to: 'wait' },
    { from: 'wait', output: 'success', to: 'done' },
    { from: 'wait', output: 'error', to: 'failed' },
  ]
  const document = { format: 'parley.scenario@1', title: 'Site bot', main: 'main', sections: [{ id: 'main', title: 'Main', nodes, edges }] }
  await api.put(`/scenario-runtime/bots/${bot['id']}/draft`, { document })
  await api.post(`/scenario-runtime/bots/${bot['id']}/publish`)
  await api.post('/conversations/accounts', {
    botId: bot['id'],
    channel: 'widget',
    title: 'Site',
    config: { title: 'Site chat', ...config },
    active: true,
  })
  return { number: bot['number'] as number }
}
