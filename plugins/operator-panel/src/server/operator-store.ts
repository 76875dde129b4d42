import { ParleyError, type PluginDatabase, type Transaction } from '@parley/plugin-api'
import type { Candidate } from './choose-operator.ts'

export interface OperatorStatus {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly color: string
  readonly canReceive: boolean
  readonly countAfterClosed: boolean
  readonly offline: boolean
  readonly position: number
}

export interface OperatorRow {
  readonly userId: string
  readonly name: string
  readonly active: boolean
  readonly status: OperatorStatus
  readonly dialogs: number
  readonly maxDialogs: number | undefined
  readonly channelLimits: Readonly<Record<string, number>>
}

const statusColumns = `s.id AS status_id, s.code, s.name AS status_name, s.color, s.can_receive, s.count_after_closed, s.offline, s.position`

interface StatusRow {
  status_id: string
  code: string
  status_name: string
  color: string
  can_receive: boolean
  count_after_closed: boolean
  offline: boolean
  position: number
}

const toStatus = (row: StatusRow): OperatorStatus => ({
  id: row.status_id,
  code: row.code,
  name: row.status_name,
  color: row.color,
  canReceive: row.can_receive,
  countAfterClosed: row.count_after_closed,
  offline: row.offline,
  position: row.position,
})

interface OperatorQueryRow extends StatusRow {
  user_id: string
  first_name: string
  last_name: string
  active: boolean
  max_dialogs: number | null
  channel_limits: Record<string, number>
  dialogs: number
}

export class OperatorStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async statuses(): Promise<OperatorStatus[]> {
    const rows = await this.#db.query<StatusRow>(`SELECT ${statusColumns} FROM {operator_statuses} s ORDER BY s.position, s.name`)
    return rows.map(toStatus)
  }

  async saveStatus(status: Omit<OperatorStatus, 'id'> & { id?: string }): Promise<string> {
    const values = [status.code, status.name, status.color, status.canReceive, status.countAfterClosed, status.offline, status.position]
    const [row] =
      status.id === undefined
        ? await this.#db.query<{ id: string }>(
            `INSERT INTO {operator_statuses} (code, name, color, can_receive, count_after_closed, offline, position)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (code) DO NOTHING RETURNING id`,
            values,
          )
        : await this.#db.query<{ id: string }>(
            `UPDATE {operator_statuses} SET code = $1, name = $2, color = $3, can_receive = $4, count_after_closed = $5, offline = $6, position = $7
             WHERE id = $8 RETURNING id`,
            [...values, status.id],
          )
    if (row === undefined) throw new ParleyError('conflict', `A status with the code "${status.code}" exists already. Choose another code.`)
    return row.id
  }

  async removeStatus(id: string): Promise<void> {
    const [used] = await this.#db.query('SELECT 1 AS used FROM {operators} WHERE status_id = $1 LIMIT 1', [id])
    if (used !== undefined) throw new ParleyError('conflict', 'Operators stand in this status. Wait until nobody does, then delete it.')
    await this.#db.query('DELETE FROM {operator_statuses} WHERE id = $1', [id])
  }

  /** Operators with their status and load; those who never set a status are offline. */
  async list(): Promise<OperatorRow[]> {
    const rows = await this.#db.query<OperatorQueryRow>(
      `SELECT o.user_id, u.first_name, u.last_name, u.active, o.max_dialogs, o.channel_limits, ${statusColumns},
         (SELECT count(*)::int FROM {requests} r WHERE r.assignee_id = o.user_id AND r.state = 'open') AS dialogs
       FROM {operators} o JOIN {operator_statuses} s ON s.id = o.status_id JOIN {identity.users} u ON u.id = o.user_id
       ORDER BY u.first_name, u.last_name, o.user_id`,
    )
    return rows.map((row) => ({
      userId: row.user_id,
      name: `${row.first_name} ${row.last_name}`.trim(),
      active: row.active,
      status: toStatus(row),
      dialogs: row.dialogs,
      maxDialogs: row.max_dialogs ?? undefined,
      channelLimits: row.channel_limits,
    }))
  }

  /** Makes the row of somebody who opens the panel for the first time: offline, so that nothing arrives unasked. */
  async ensure(userId: string): Promise<void> {
    await this.#db.query(
      `INSERT INTO {operators} (user_id, status_id) SELECT $1, id FROM {operator_statuses} WHERE offline ORDER BY position LIMIT 1 ON CONFLICT DO NOTHING`,
      [userId],
    )
  }

  async statusOf(userId: string): Promise<{ status: OperatorStatus; since: Date; maxDialogs: number | undefined; dialogs: number } | undefined> {
    const [row] = await this.#db.query<StatusRow & { status_at: Date; max_dialogs: number | null; dialogs: number }>(
      `SELECT ${statusColumns}, o.status_at, o.max_dialogs,
        (SELECT count(*)::int FROM {requests} r WHERE r.assignee_id = o.user_id AND r.state = 'open') AS dialogs
       FROM {operators} o JOIN {operator_statuses} s ON s.id = o.status_id WHERE o.user_id = $1`,
      [userId],
    )
    return row && { status: toStatus(row), since: row.status_at, maxDialogs: row.max_dialogs ?? undefined, dialogs: row.dialogs }
  }

  /** The row lock waits for a running distribution, so nobody gets a dialog after the answer to "I am away". */
  async setStatus(userId: string, statusId: string, at: Date): Promise<void> {
    await this.#db.query(
      `INSERT INTO {operators} (user_id, status_id, status_at) VALUES ($1, $2, $3)
       ON CONFLICT (user_id) DO UPDATE SET status_id = excluded.status_id, status_at = excluded.status_at`,
      [userId, statusId, at],
    )
  }

  async setLimits(userId: string, maxDialogs: number | undefined, channelLimits: Readonly<Record<string, number>>): Promise<void> {
    await this.ensure(userId)
    await this.#db.query('UPDATE {operators} SET max_dialogs = $2, channel_limits = $3 WHERE user_id = $1', [
      userId,
      maxDialogs ?? null,
      JSON.stringify(channelLimits),
    ])
  }

  async closedDialog(userId: string, at: Date, tx: Transaction): Promise<void> {
    await tx.query('UPDATE {operators} SET last_closed_at = $2 WHERE user_id = $1', [userId, at])
  }

  async assignedDialogs(userIds: readonly string[], at: Date, tx: Transaction): Promise<void> {
    await tx.query('UPDATE {operators} SET last_assigned_at = $2 WHERE user_id = ANY($1::uuid[])', [userIds, at])
  }

  /** Everybody distribution may think of, locked against a change of status until the transaction ends. */
  async candidates(defaultMaxDialogs: number, tx: Transaction): Promise<Candidate[]> {
    // Locked before they are read: a join under a lock would lose whoever changes status meanwhile, since it looks again only at the locked row.
    await tx.query('SELECT 1 FROM {operators} ORDER BY user_id FOR NO KEY UPDATE')
    const rows = await tx.query<{
      user_id: string
      first_name: string
      last_name: string
      active: boolean
      can_receive: boolean
      status_name: string
      max_dialogs: number | null
      channel_limits: Record<string, number>
      last_assigned_at: Date | null
      last_closed_at: Date | null
    }>(
      `SELECT o.user_id, u.first_name, u.last_name, u.active, s.can_receive, s.name AS status_name, o.max_dialogs, o.channel_limits,
         o.last_assigned_at, o.last_closed_at
       FROM {operators} o JOIN {operator_statuses} s ON s.id = o.status_id JOIN {identity.users} u ON u.id = o.user_id
       ORDER BY o.user_id`,
    )
    const loads = await tx.query<{ assignee_id: string; channel: string; n: number }>(
      `SELECT assignee_id, channel, count(*)::int AS n FROM {requests} WHERE state = 'open' AND assignee_id = ANY($1::uuid[]) GROUP BY assignee_id, channel`,
      [rows.map((row) => row.user_id)],
    )
    const skills = await tx.query<{ user_id: string; topic_id: string }>(
      `SELECT o.user_id, t.topic_id FROM {skill_group_operators} o JOIN {skill_groups} g ON g.id = o.group_id AND g.active
       JOIN {skill_group_topics} t ON t.group_id = g.id`,
    )
    return rows.map((row) => {
      const own = loads.filter((load) => load.assignee_id === row.user_id)
      return {
        userId: row.user_id,
        name: `${row.first_name} ${row.last_name}`.trim(),
        active: row.active,
        canReceive: row.can_receive,
        statusName: row.status_name,
        dialogs: own.reduce((sum, load) => sum + load.n, 0),
        byChannel: new Map(own.map((load) => [load.channel, load.n])),
        maxDialogs: row.max_dialogs ?? defaultMaxDialogs,
        channelLimits: row.channel_limits,
        topicIds: new Set(skills.filter((skill) => skill.user_id === row.user_id).map((skill) => skill.topic_id)),
        lastAssignedAt: row.last_assigned_at?.getTime() ?? 0,
        lastClosedAt: row.last_closed_at?.getTime() ?? 0,
      }
    })
  }
}
