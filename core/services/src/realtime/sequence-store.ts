import type { Migrations, PluginDatabase, Within } from '@parley/plugin-api'

export const realtimeMigrations: Migrations = {
  '20261120T0022_realtime_topic_sequences': {
    async up(db) {
      // room left in each page lets an update stay in it and touch no index
      await db.raw(`
        CREATE TABLE topic_sequences (
          room text COLLATE "C" PRIMARY KEY,
          sequence bigint NOT NULL
        ) WITH (fillfactor = 60)`)
    },
  },
}

interface Row {
  readonly room: string
  readonly sequence: number
}

// In the order of rooms, so that two commits of several rooms do not wait for each other crosswise. The cast makes a JSON number of it.
const advanceText = `
  INSERT INTO {topic_sequences} AS t (room, sequence)
  SELECT w.room, w.amount FROM unnest($1::text[], $2::int[]) AS w(room, amount) ORDER BY w.room
  ON CONFLICT (room) DO UPDATE SET sequence = t.sequence + excluded.sequence
  RETURNING room, sequence::double precision AS sequence`

/** The number of the last message of each room. */
export class SequenceStore {
  readonly #db: PluginDatabase

  constructor(db: PluginDatabase) {
    this.#db = db
  }

  /** Adds to the rooms' numbers; `taken` is given the new ones as soon as they are written. */
  advance(amounts: ReadonlyMap<string, number>, taken: (room: string, last: number) => void, within?: Within): Promise<void> {
    const rows = (list: readonly Record<string, any>[]): void => {
      for (const { room, sequence } of list as readonly Row[]) taken(room, sequence)
    }
    return this.#db.write({ text: advanceText, many: advanceText, values: [[...amounts.keys()], [...amounts.values()]], rows }, within)
  }

  async read(rooms: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const text = 'SELECT room, sequence::double precision AS sequence FROM {topic_sequences} WHERE room = ANY($1)'
    const rows = await this.#db.query<{ room: string; sequence: number }>(text, [rooms])
    return new Map(rows.map(({ room, sequence }) => [room, sequence]))
  }
}
