import { setTimeout as delay } from 'node:timers/promises'
import { until } from '@parley/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Panel } from './panel-fixture.ts'

/** Seconds, new chats a second, operators: `STORM_SECONDS` makes it longer. */
const seconds = Number(process.env['STORM_SECONDS'] ?? 10)
const perSecond = 200
const operatorCount = 50
const limit = 4

let panel: Panel
beforeAll(async () => {
  panel = await Panel.start()
})
afterAll(() => panel.stop())

test('a storm: nobody above the limit, oldest first, nothing stuck, each decision explained', { timeout: 180_000 }, async () => {
  const ids = await panel.run(async ({ operatorStore }) => {
    const statuses: { id: string; code: string }[] = await operatorStore.statuses()
    const online = statuses.find((status) => status.code === 'online')!.id
    const created: string[] = []
    for (let n = 0; n < operatorCount; n += 1) {
      const [row] = await panel.host.database
        .forPlugin('identity')
        .query<{ id: string }>(
          `INSERT INTO {users} (id, email, first_name, last_name, created_at, updated_at) VALUES (gen_random_uuid(), $1, 'Storm', $2, now(), now()) RETURNING id`,
          [`storm-${n}@example.com`, String(n)],
        )
      created.push(row!.id)
      await operatorStore.setLimits(row!.id, limit, {})
      await operatorStore.setStatus(row!.id, online, new Date())
    }
    return created
  })
  const statusIds = new Map<string, string>(
    (await panel.run(async ({ operatorStore }) => operatorStore.statuses())).map((status: any) => [status.code, status.id]),
  )
  const end = Date.now() + seconds * 1000
  let worst = 0
  const watch = async (): Promise<void> => {
    const [row] = await panel.run(async ({ db }) =>
      db.query(`SELECT coalesce(max(n), 0)::int AS most FROM (SELECT count(*) AS n FROM {requests} WHERE state = 'open' GROUP BY assignee_id) x`),
    )
    worst = Math.max(worst, row.most)
  }

  // Statuses flap, dialogs are closed, and new chats arrive, all at once.
  const flap = (async () => {
    for (let n = 0; Date.now() < end; n += 1) {
      const id = ids[(n * 7) % ids.length]!
      await panel.run(async ({ operatorStatus }) => operatorStatus.set(id, statusIds.get(n % 3 === 0 ? 'away' : 'online')))
      await delay(10)
    }
  })()
  const close = (async () => {
    while (Date.now() < end) {
      await panel.run(async ({ db, distributor }) => {
        await db.query(
          `UPDATE {requests} SET state = 'closed', closed_at = now() WHERE id IN (SELECT id FROM {requests} WHERE state = 'open' ORDER BY random() LIMIT 20)`,
        )
        await distributor.wake()
      })
      await watch()
      await delay(50)
    }
  })()
  const opened: string[] = []
  for (let second = 0; second < seconds; second += 1) {
    const started = Date.now()
    for (let batch = 0; batch < 10; batch += 1) {
      const made = await Promise.all(Array.from({ length: perSecond / 10 }, () => panel.open({ queue: true, autoConnect: true })))
      opened.push(...made.map((each) => each.requestId))
    }
    await delay(Math.max(0, 1000 - (Date.now() - started)))
  }
  await Promise.all([flap, close])

  // Everybody comes back and works the rest off.
  for (const id of ids) await panel.run(async ({ operatorStatus }) => operatorStatus.set(id, statusIds.get('online')))
  await until(
    async () => {
      await panel.run(async ({ db, distributor }) => {
        await db.query(`UPDATE {requests} SET state = 'closed', closed_at = now() WHERE state = 'open'`)
        await distributor.wake()
      })
      await watch()
      const [row] = await panel.run(async ({ db }) => db.query(`SELECT count(*)::int AS n FROM {requests} WHERE state <> 'closed'`))
      return row.n === 0
    },
    { within: 60_000 },
  )

  expect(opened).toHaveLength(seconds * perSecond)
  expect(worst).toBeGreaterThan(0)
  expect(worst).toBeLessThanOrEqual(limit)
  const [unexplained] = await panel.run(async ({ db }) =>
    db.query(
      `SELECT count(*)::int AS n FROM {requests} r WHERE NOT EXISTS (
         SELECT 1 FROM {distribution_decisions} d WHERE d.request_id = r.id AND d.outcome = 'assigned' AND d.assignee_id = r.assignee_id AND jsonb_array_length(d.candidates) >= $1)`,
      [operatorCount],
    ),
  )
  expect(unexplained.n).toBe(0)
  // Within one weight nobody was given away before somebody who had waited longer, at any decision: assignments follow the order of creation.
  const [overtaken] = await panel.run(async ({ db }) =>
    db.query(
      `SELECT count(*)::int AS n FROM (
         SELECT r.created_at, max(r.created_at) OVER (ORDER BY r.assigned_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newest_before, r.assigned_at,
           lag(r.assigned_at) OVER (ORDER BY r.assigned_at) AS before FROM {requests} r) x
       WHERE newest_before > created_at + interval '1 second' AND assigned_at > before`,
    ),
  )
  expect(overtaken.n).toBe(0)
})
