import type { GaugeValue } from '@parley/plugin-api'
import { describe, expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

describe('metrics', () => {
  test('are named after the plugin and read in the Prometheus text format', async () => {
    const metrics = createMetrics({ process: false })
    const plugin = metrics.forPlugin('channel-telegram')
    plugin.counter('updates_total', 'Updates taken in', ['kind']).add({ kind: 'message' }, 2)
    plugin.gauge('accounts', 'Connected accounts').set(3)
    plugin.histogram('send_seconds', 'Time of a send').observe(0.02)
    metrics.host.counter('starts_total', 'Starts').add()
    const text = await metrics.text()
    expect(text).toContain('parley_channel_telegram_updates_total{kind="message"} 2')
    expect(text).toContain('parley_channel_telegram_accounts 3')
    expect(text).toContain('parley_channel_telegram_send_seconds_bucket{le="0.025"} 1')
    expect(text).toContain('parley_starts_total 1')
    expect(metrics.contentType).toContain('text/plain')
  })

  test('give the same instrument when it is asked for again, and refuse another of its name', async () => {
    const metrics = createMetrics({ process: false })
    const plugin = metrics.forPlugin('clients')
    plugin.counter('merged_total', 'Merges', ['by']).add({ by: 'phone' })
    plugin.counter('merged_total', 'Merges', ['by']).add({ by: 'phone' })
    expect(await metrics.text()).toContain('parley_clients_merged_total{by="phone"} 2')
    expect(() => plugin.gauge('merged_total', 'Merges')).toThrow('"parley_clients_merged_total" exists with another type')
    expect(() => plugin.counter('merged_total', 'Merges', ['other'])).toThrow('other labels')
  })

  test('ask gauges that are read for what is true now; one that fails or hangs keeps what was, and the rest is answered', async () => {
    const metrics = createMetrics({ process: false })
    const plugin = metrics.forPlugin('conversations')
    let answers: () => Promise<readonly GaugeValue[]> = async () => [
      { value: 5, labels: { account: 'a' } },
      { value: 7, labels: { account: 'b' } },
    ]
    plugin.gauge('left_seconds', 'What is left', ['account'], () => answers())
    plugin.gauge('accounts', 'Connected accounts').set(3)
    expect(await metrics.text()).toContain('parley_conversations_left_seconds{account="b"} 7')
    answers = async () => [{ value: 4, labels: { account: 'a' } }]
    const now = await metrics.text()
    expect(now).toContain('parley_conversations_left_seconds{account="a"} 4')
    expect(now).not.toContain('account="b"')
    for (const broken of [() => Promise.reject(new Error('boom')), () => new Promise<never>(() => undefined)]) {
      answers = broken
      const text = await metrics.text()
      expect(text).toContain('parley_conversations_left_seconds{account="a"} 4')
      expect(text).toContain('parley_conversations_accounts 3')
    }
  })

  test('include the process unless told otherwise', async () => {
    expect(await createMetrics().text()).toContain('parley_process_process_cpu_seconds_total')
  })
})
