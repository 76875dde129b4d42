import { definePlugin } from '@parley/plugin-api'
import { channels } from '@parley/plugin-conversations/api'
import { smsDriver } from './driver.ts'

export default definePlugin({
  id: 'channel-sms',
  contributes: (add) => [add(channels, 'sms', ({ http }) => smsDriver(http))],
})
