import { ParleyError, type Migrations, type PluginDatabase } from '@parley/plugin-api'
import type { SecretsService } from './secrets.ts'

export const secretsMigrations: Migrations = {
  '20261120T0000_secrets_key_check': {
    async up(db) {
      await db.raw('CREATE TABLE key_check (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), sealed text NOT NULL)')
    },
  },
}

/**
 * Refuses a database whose secrets the given keys cannot open, before anything is sealed with the wrong one: a lost data folder and a second
 * machine with a key of its own look the same as a healthy start otherwise.
 */
export async function checkSecretKey({ database, secrets }: { database: { readonly host: PluginDatabase }; secrets: SecretsService }): Promise<void> {
  const { host } = database
  const own = secrets.forPlugin('key-check')
  const read = () => host.query<{ sealed: string }>('SELECT sealed FROM {key_check}')
  let [row] = await read()
  if (row === undefined) {
    await host.query('INSERT INTO {key_check} (sealed) VALUES ($1) ON CONFLICT DO NOTHING', [own.seal('parley')])
    ;[row] = await read()
  }
  try {
    own.open(row!.sealed)
  } catch (cause) {
    throw new ParleyError(
      'invalid_config',
      `The secrets in this database were sealed with another key than "${secrets.keyId}". Set "PARLEY_SECRET_KEY" to the key of the installation ` +
        'that made the database, or put its "secret.key" back into the data folder.',
      { cause },
    )
  }
  if (!row!.sealed.includes(`.${secrets.keyId}.`)) await host.query('UPDATE {key_check} SET sealed = $1', [own.seal('parley')])
}
