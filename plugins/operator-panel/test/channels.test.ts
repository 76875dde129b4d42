import { definePlugin } from '@parley/plugin-api'
import clientsPlugin from '@parley/plugin-clients'
import { channels } from '@parley/plugin-conversations/api'
import identity from '@parley/plugin-identity'
import { expect, test } from 'vitest'
import panelPlugin from '../src/server/plugin.ts'
import { Panel } from './panel-fixture.ts'

const fromOutside = definePlugin({
  id: 'line',
  contributes: (add) => [
    add(channels, 'line', () => ({ kind: 'line', title: 'LINE', icon: 'phone', about: { title: { en: 'LINE', uk: 'ЛАЙН' }, text: '' } }) as never),
    // dialogs name a channel by the key under which it was contributed
    add(channels, 'pager', () => ({ kind: 'beeper', title: 'Pager', icon: 'bell' }) as never),
  ],
})

test('an operator, who may see no bots, learns how channels of other plugins call themselves', async () => {
  const panel = await Panel.start({ plugins: [identity, clientsPlugin, panelPlugin, fromOutside] })
  try {
    const { token } = await panel.operator('Ada')
    expect(await panel.call(token, 'GET', 'channels')).toMatchObject({
      status: 200,
      body: {
        channels: [
          { kind: 'line', title: { en: 'LINE', uk: 'ЛАЙН' }, icon: 'phone' },
          { kind: 'pager', title: 'Pager', icon: 'bell' },
        ],
      },
    })
  } finally {
    await panel.stop()
  }
})
