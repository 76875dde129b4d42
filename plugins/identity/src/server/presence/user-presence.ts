import type { Clock, EventBus, PluginDatabase, SettingsStore } from '@parley/plugin-api'
import { userGone, type Presence } from '../../api/index.ts'
import { securityPage } from '../security.settings.ts'
import type { PresenceStore } from './presence-store.ts'

interface Dependencies {
  db: PluginDatabase
  presenceStore: PresenceStore
  events: EventBus
  settings: SettingsStore
  clock: Clock
}

/** Who has the shell open, by the heartbeats of their browsers. */
export class UserPresence implements Presence {
  readonly #use: Dependencies

  constructor(dependencies: Dependencies) {
    this.#use = dependencies
  }

  async seen(userIds: readonly string[]): Promise<Map<string, Date>> {
    if (userIds.length === 0) return new Map()
    const rows = await this.#use.presenceStore.seen(userIds)
    return new Map(rows.map((row) => [row.user_id, row.seen_at]))
  }

  async touch(userId: string): Promise<void> {
    await this.#use.presenceStore.touch(userId, this.#use.clock.now())
  }

  /** Announces everybody whose grace is over; the mark and the event are one commit, so each absence is announced once. */
  async sweep(): Promise<void> {
    const { db, presenceStore, events, settings, clock } = this.#use
    const { presenceGraceMinutes } = await settings.get(securityPage)
    const before = new Date(clock.now().getTime() - presenceGraceMinutes * 60_000)
    await db.transaction(async (tx) => {
      for (const userId of await presenceStore.markGone(tx, before)) await events.publish(userGone, { userId }, { within: tx })
    })
  }
}
