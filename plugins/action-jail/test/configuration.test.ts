import { demoData } from '@parley/plugin-api'
import { demoBotId } from '@parley/plugin-conversations/api'
import { scenarios } from '@parley/plugin-scenario-runtime/api'
import { silentLogger } from '@parley/test-kit'
import { expect, test } from 'vitest'
import { base, createJail, orderAction, scenarioOf } from './jail-world.ts'

const outputs = { found: 'found', none: 'none', wrong: 'wrong', error: 'error' }

test('actions and the scenarios that use them are exported, and come to another installation together', async () => {
  const first = await createJail()
  let files: { path: string; text: string }[]
  try {
    await first.admin.post(`${base}/actions`, { id: 'action_order', ...orderAction })
    await first.publish(scenarioOf('action_order', { number: '7' }, outputs))
    files = (await first.admin.get('/api/v1/configuration/export')).body.files
  } finally {
    await first.stop()
  }
  const file = files.find(({ path }) => path === 'action-jail/actions/action_order.yaml')!
  // the code stands there as it was written, line by line
  expect(file.text).toContain('code: |\n  async function action_order() {\n    const { number, token } = this.getCurrentNodeParamsJSON()\n')

  const second = await createJail()
  const post = (changed: readonly object[], more: object = {}) => second.admin.post('/api/v1/configuration/import', { files: changed, ...more })
  try {
    const broken = files.map((one) =>
      one === file ? { ...one, text: file.text.replace('module.exports = action_order', 'module.exports = {') } : one,
    )
    expect((await post(broken)).body.problems).toMatchObject([
      { file: file.path, path: 'code', message: expect.stringContaining('line 11: ') as string },
    ])
    expect((await second.admin.get(`${base}/actions`)).body.actions).toEqual([])
    expect((await post(files, { dryRun: true })).body).toMatchObject({ problems: [], applied: false })
    expect((await post(files)).body).toMatchObject({ problems: [], warnings: [], applied: true })
    expect((await second.admin.get(`${base}/actions`)).body.actions).toMatchObject([{ id: 'action_order', uses: 1 }])
    // without the action the scenario is refused, and nothing is written
    const without = files.filter((one) => one !== file).map((one) => ({ ...one, text: one.text.replaceAll('action_order', 'action_other') }))
    const refused = (await post(without)).body
    expect(refused).toMatchObject({ applied: false })
    expect(JSON.stringify(refused.problems)).toContain('action_other')
    // and pruned it goes after the scenario that used it
    const kept = files.filter(({ path }) => !path.startsWith('action-jail/') && !path.startsWith('scenario-runtime/scenarios/'))
    expect((await post(kept, { prune: true })).body).toMatchObject({ applied: true, problems: [] })
    expect((await second.admin.get(`${base}/actions`)).body.actions).toEqual([])
  } finally {
    await second.stop()
  }
}, 30_000)

test('the demo asks for an order by its number, twice is once, and goes away', async () => {
  const jail = await createJail()
  try {
    const context = { now: jail.host.clock.now(), log: silentLogger, shared: new Map<string, unknown>() }
    const parts = ['conversations', 'scenario-runtime', 'action-jail'].map((key) => jail.host.contribution(demoData, key))
    for (let round = 0; round < 2; round++) for (const part of parts) await part.seed(context)
    const { actions } = (await jail.admin.get(`${base}/actions`)).body
    expect(actions).toMatchObject([
      { id: 'action_delivery_day', version: 1, uses: 1 },
      { id: 'action_order_status', version: 1, uses: 1 },
    ])
    const versions = await jail.host.database.forPlugin('scenario-runtime').query('SELECT 1 FROM {versions} WHERE bot_id = $1', [demoBotId])
    expect(versions).toHaveLength(2)
    for (const { id } of actions) {
      const { code, config } = (await jail.admin.get(`${base}/actions/${id}`)).body
      expect((await jail.admin.post(`${base}/check`, { id, code, config })).body.problems).toEqual([])
      const { body } = await jail.admin.post(`${base}/test`, { id, code, config, parameters: config.json_example })
      const set = id === 'action_delivery_day' ? { event: 'success', constants: { delivery_day: '24.11.2026' } } : { event: 'found' }
      expect(body).toMatchObject(set)
    }
    for (const part of [...parts].reverse()) await part.remove({ ...context, shared: new Map() })
    expect((await jail.admin.get(`${base}/actions`)).body.actions).toEqual([])
    expect(await jail.host.service(scenarios).published(demoBotId)).toBeUndefined()
  } finally {
    await jail.stop()
  }
})
