import { readdirSync, existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Migrations, Plugin } from '@parley/plugin-api'
import { lintMigrations } from '@parley/plugin-tools'
import { hostMigrations } from '@parley/services'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('../../plugins', import.meta.url))
const ids = readdirSync(folder).filter((id) => existsSync(`${folder}/${id}/src/server/plugin.ts`))

const migrationsOf = async (id: string): Promise<Migrations> => {
  const { default: plugin } = (await import(`../../plugins/${id}/src/server/plugin.ts`)) as { default: Plugin }
  return plugin.spec.migrations ?? {}
}

test('every built-in migration is safe while the release before it runs', async () => {
  expect(ids.length).toBeGreaterThanOrEqual(8)
  const all: readonly (readonly [string, Migrations])[] = [
    ['host', hostMigrations],
    ...(await Promise.all(ids.map(async (id) => [id, await migrationsOf(id)] as const))),
  ]
  const found = await Promise.all(
    all.map(async ([id, migrations]) =>
      (await lintMigrations(migrations)).map(({ migration, problem, fix }) => `${id} ${migration}: ${problem} ${fix}`),
    ),
  )
  expect(found.flat()).toEqual([])
  // what was not read cannot have been found unsafe
  expect(all.filter(([, migrations]) => Object.keys(migrations).length > 0).length).toBeGreaterThanOrEqual(6)
})
