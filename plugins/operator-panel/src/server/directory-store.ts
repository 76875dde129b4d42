import { ParleyError, type PluginDatabase, type Transaction } from '@parley/plugin-api'

export interface Topic {
  readonly id: string
  readonly alias: string
  readonly name: string
  readonly parentId: string | undefined
  readonly active: boolean
}

export interface SkillGroup {
  readonly id: string
  readonly name: string
  readonly active: boolean
  readonly topicIds: readonly string[]
  readonly operatorIds: readonly string[]
}

export interface CloseStatus {
  readonly id: string
  readonly code: number
  readonly name: string
  readonly resolved: boolean
  readonly isDefault: boolean
  readonly active: boolean
}

interface CloseStatusRow {
  id: string
  code: number
  name: string
  resolved: boolean
  is_default: boolean
  active: boolean
}

/** Topics, skill groups and reasons for closing: what administrators set up. */
export class DirectoryStore {
  readonly #db: PluginDatabase

  constructor({ db }: { db: PluginDatabase }) {
    this.#db = db
  }

  async topics(): Promise<Topic[]> {
    const rows = await this.#db.query<{ id: string; alias: string; name: string; parent_id: string | null; active: boolean }>(
      'SELECT id, alias, name, parent_id, active FROM {topics} ORDER BY name, alias',
    )
    return rows.map((row) => ({ id: row.id, alias: row.alias, name: row.name, parentId: row.parent_id ?? undefined, active: row.active }))
  }

  async topicByAlias(alias: string): Promise<string | undefined> {
    const [row] = await this.#db.query<{ id: string }>('SELECT id FROM {topics} WHERE alias = $1 AND active', [alias])
    return row?.id
  }

  async saveTopic(topic: Omit<Topic, 'id'> & { id?: string }): Promise<string> {
    const values = [topic.alias, topic.name, topic.parentId ?? null, topic.active]
    const rows = await this.#unique(`A topic with the alias "${topic.alias}" exists already. Choose another alias.`, () =>
      topic.id === undefined
        ? this.#db.query<{ id: string }>('INSERT INTO {topics} (alias, name, parent_id, active) VALUES ($1, $2, $3, $4) RETURNING id', values)
        : this.#db.query<{ id: string }>('UPDATE {topics} SET alias = $1, name = $2, parent_id = $3, active = $4 WHERE id = $5 RETURNING id', [
            ...values,
            topic.id,
          ]),
    )
    return found(rows, 'topic')
  }

  async removeTopic(id: string): Promise<void> {
    const [used] = await this.#db.query('SELECT 1 AS used FROM {requests} WHERE topic_id = $1 LIMIT 1', [id])
    if (used !== undefined) throw new ParleyError('conflict', 'Requests have this topic. Switch it off instead: it is then no longer offered.')
    await this.#db.query('DELETE FROM {topics} WHERE id = $1', [id])
  }

  async skillGroups(): Promise<SkillGroup[]> {
    const rows = await this.#db.query<{ id: string; name: string; active: boolean; topic_ids: string[]; operator_ids: string[] }>(
      `SELECT g.id, g.name, g.active,
         ARRAY(SELECT topic_id::text FROM {skill_group_topics} t WHERE t.group_id = g.id) AS topic_ids,
         ARRAY(SELECT user_id::text FROM {skill_group_operators} o WHERE o.group_id = g.id) AS operator_ids
       FROM {skill_groups} g ORDER BY g.name`,
    )
    return rows.map((row) => ({ id: row.id, name: row.name, active: row.active, topicIds: row.topic_ids, operatorIds: row.operator_ids }))
  }

  async saveSkillGroup(group: Omit<SkillGroup, 'id'> & { id?: string }): Promise<string> {
    return this.#db.transaction(async (tx) => {
      const rows = await this.#unique(`A skill group named "${group.name}" exists already. Choose another name.`, () =>
        group.id === undefined
          ? tx.query<{ id: string }>('INSERT INTO {skill_groups} (name, active) VALUES ($1, $2) RETURNING id', [group.name, group.active])
          : tx.query<{ id: string }>('UPDATE {skill_groups} SET name = $1, active = $2 WHERE id = $3 RETURNING id', [
              group.name,
              group.active,
              group.id,
            ]),
      )
      const id = found(rows, 'skill group')
      await tx.query('DELETE FROM {skill_group_topics} WHERE group_id = $1', [id])
      await tx.query('DELETE FROM {skill_group_operators} WHERE group_id = $1', [id])
      await tx.query('INSERT INTO {skill_group_topics} SELECT $1, unnest($2::uuid[])', [id, [...new Set(group.topicIds)]])
      await tx.query('INSERT INTO {skill_group_operators} SELECT $1, unnest($2::uuid[])', [id, [...new Set(group.operatorIds)]])
      return id
    })
  }

  async removeSkillGroup(id: string): Promise<void> {
    await this.#db.query('DELETE FROM {skill_groups} WHERE id = $1', [id])
  }

  /** Topics that belong to some active skill group; the others are everybody's. */
  async groupedTopics(tx: Transaction): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ topic_id: string }>(
      'SELECT DISTINCT t.topic_id FROM {skill_group_topics} t JOIN {skill_groups} g ON g.id = t.group_id AND g.active',
    )
    return new Set(rows.map((row) => row.topic_id))
  }

  async closeStatuses(): Promise<CloseStatus[]> {
    const rows = await this.#db.query<CloseStatusRow>('SELECT id, code, name, resolved, is_default, active FROM {close_statuses} ORDER BY code')
    return rows.map((row) => ({ id: row.id, code: row.code, name: row.name, resolved: row.resolved, isDefault: row.is_default, active: row.active }))
  }

  async saveCloseStatus(status: Omit<CloseStatus, 'id' | 'code'> & { id?: string; code?: number }): Promise<string> {
    return this.#db.transaction(async (tx) => {
      if (status.isDefault) await tx.query('UPDATE {close_statuses} SET is_default = false WHERE is_default')
      const rows = await this.#unique(`A status with the code ${status.code} exists already. Choose another code.`, () =>
        status.id === undefined
          ? tx.query<{ id: string }>(
              `INSERT INTO {close_statuses} (code, name, resolved, is_default, active)
               VALUES (coalesce($1, (SELECT coalesce(max(code), 0) + 1 FROM {close_statuses})), $2, $3, $4, $5) RETURNING id`,
              [status.code ?? null, status.name, status.resolved, status.isDefault, status.active],
            )
          : tx.query<{ id: string }>(
              'UPDATE {close_statuses} SET code = coalesce($1, code), name = $2, resolved = $3, is_default = $4, active = $5 WHERE id = $6 RETURNING id',
              [status.code ?? null, status.name, status.resolved, status.isDefault, status.active, status.id],
            ),
      )
      return found(rows, 'status')
    })
  }

  async removeCloseStatus(id: string): Promise<void> {
    const [used] = await this.#db.query('SELECT 1 AS used FROM {requests} WHERE close_status_id = $1 LIMIT 1', [id])
    if (used !== undefined)
      throw new ParleyError('conflict', 'Closed requests have this status. Switch it off instead: it is then no longer offered.')
    await this.#db.query('DELETE FROM {close_statuses} WHERE id = $1', [id])
  }

  async #unique<T>(message: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if ((error as { code?: string }).code === '23505') throw new ParleyError('conflict', message, { cause: error })
      if ((error as { code?: string }).code === '23503') {
        throw new ParleyError('unprocessable', 'Something named here does not exist any more. Load the page again.', { cause: error })
      }
      throw error
    }
  }
}

const found = (rows: readonly { id: string }[], what: string): string => {
  const id = rows[0]?.id
  if (id === undefined) throw new ParleyError('not_found', `This ${what} does not exist. Load the page again.`)
  return id
}
