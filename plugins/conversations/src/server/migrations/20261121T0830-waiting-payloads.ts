import type { Migration } from '@parley/plugin-api'

/** What a channel received while its plugin was suspended: nobody could read it yet. */
export const waitingPayloadsMigration: Migration = {
  up: async (db) => {
    await db.raw(`
      CREATE TABLE waiting_payloads (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account_id uuid NOT NULL,
        channel text COLLATE "C" NOT NULL,
        payload bytea NOT NULL,
        attempts smallint NOT NULL DEFAULT 0
      );
      CREATE INDEX waiting_payloads_of_account ON waiting_payloads (channel, account_id, id);
    `)
  },
}
