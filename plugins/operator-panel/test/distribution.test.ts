import { EventEmitter, once } from 'node:events'
import type { Transaction } from '@parley/plugin-api'
import { until } from '@parley/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Panel } from './panel-fixture.ts'

let panel: Panel
beforeAll(async () => {
  panel = await Panel.start()
})
afterAll(() => panel.stop())

const outcomes = (conversationId: string) =>
  panel.neighbours.runs.filter((run) => run.conversationId === conversationId).map((run) => `${run.call} ${run.outcome}`)

test('with nobody free a request that may not wait leaves by limit, with the reasons kept', async () => {
  const away = await panel.operator('Ann', { status: 'away' })
  const { requestId, conversationId } = await panel.open({ autoConnect: true })
  await until(() => outcomes(conversationId).includes('resume limit'))
  expect((await panel.request(requestId)).state).toBe('closed')
  expect(panel.neighbours.holders.get(conversationId)).toBe('scenario-runtime')
  const [decision] = await panel.run(async ({ decisionStore }) => decisionStore.ofRequest(requestId, 5))
  expect(decision).toMatchObject({ outcome: 'limit' })
  expect(decision.candidates).toContainEqual(expect.objectContaining({ userId: away.id, reason: 'status', detail: 'Away' }))
})

test('one that may wait gets the operator who comes online, the oldest first', async () => {
  const first = await panel.open({ queue: true, autoConnect: true })
  const second = await panel.open({ queue: true, autoConnect: true })
  await until(async () => (await panel.run(async ({ decisionStore }) => decisionStore.ofRequest(second.requestId, 5))).length > 0)
  const bea = await panel.operator('Bea', { maxDialogs: 1, status: 'online' })
  await until(async () => (await panel.request(first.requestId)).state === 'open')
  expect((await panel.request(first.requestId)).assignee?.id).toBe(bea.id)
  expect((await panel.request(second.requestId)).state).toBe('queued')
  expect(outcomes(first.conversationId)).toEqual(['resume success', 'leave connected'])
  await panel.call(bea.token, 'POST', `requests/${first.requestId}/close`, {})
  await until(async () => (await panel.request(second.requestId)).assignee?.id === bea.id)
  await panel.setStatus(bea.id, 'offline')
})

test('a topic of a skill group goes only to its operators', async () => {
  const [skilled, other] = [
    await panel.operator('Cleo', { status: 'online', maxDialogs: 1 }),
    await panel.operator('Dora', { status: 'online', maxDialogs: 5 }),
  ]
  await panel.run(async ({ directoryStore }) => {
    const topicId = await directoryStore.saveTopic({ alias: 'returns', name: 'Returns', parentId: undefined, active: true })
    await directoryStore.saveSkillGroup({ name: 'Returns', active: true, topicIds: [topicId], operatorIds: [skilled.id] })
  })
  const one = await panel.open({ autoConnect: true, queue: true, topicAlias: 'returns' })
  await until(async () => (await panel.request(one.requestId)).assignee?.id === skilled.id)
  const two = await panel.open({ autoConnect: true, queue: true, topicAlias: 'returns' })
  await until(async () => (await panel.run(async ({ decisionStore }) => decisionStore.ofRequest(two.requestId, 5))).length > 0)
  expect((await panel.request(two.requestId)).state).toBe('queued')
  const [decision] = await panel.run(async ({ decisionStore }) => decisionStore.ofRequest(two.requestId, 5))
  expect(decision.candidates).toContainEqual(expect.objectContaining({ userId: other.id, reason: 'skill' }))
  await expect(panel.open({ topicAlias: 'nonsense' })).rejects.toMatchObject({ code: 'unprocessable' })
})

test('somebody whose status changes while a pass begins is still thought of, and explained', async () => {
  const emma = await panel.operator('Emma', { status: 'online' })
  const steps = new EventEmitter()
  const commit = once(steps, 'commit')
  const seen = await panel.run(async ({ db, operatorStore }) => {
    const away = (await operatorStore.statuses()).find((status: { code: string }) => status.code === 'away')!.id
    const changing = db.transaction(async (tx: Transaction) => {
      await tx.query('UPDATE {operators} SET status_id = $2 WHERE user_id = $1', [emma.id, away])
      steps.emit('changed')
      await commit
    })
    await once(steps, 'changed')
    const reading = db.transaction(async (tx: Transaction) => operatorStore.candidates(10, tx))
    await until(async () => (await db.query(`SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'`)).length > 0)
    steps.emit('commit')
    await changing
    return reading
  })
  expect(seen).toContainEqual(expect.objectContaining({ userId: emma.id, canReceive: false }))
})
