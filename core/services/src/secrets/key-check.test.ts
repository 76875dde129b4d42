import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { createTestDatabase, silentLogger } from '@parley/test-kit'
import { expect, test } from 'vitest'
import { checkSecretKey } from './key-check.ts'
import { createSecrets } from './secrets.ts'

const newKey = () => randomBytes(32).toString('base64')
const withKeys = (...keys: string[]) => createSecrets({ keys: keys.join(','), dataDir: tmpdir(), log: silentLogger })

test('a database is bound to its key, follows a change of keys and refuses any other', async () => {
  await using database = await createTestDatabase()
  const [first, second, third] = [newKey(), newKey(), newKey()]
  await checkSecretKey({ database, secrets: withKeys(first) })
  await checkSecretKey({ database, secrets: withKeys(first) })
  await expect(checkSecretKey({ database, secrets: withKeys(third) })).rejects.toThrow(/sealed with another key than/)
  await checkSecretKey({ database, secrets: withKeys(second, first) })
  await checkSecretKey({ database, secrets: withKeys(second) })
  await expect(checkSecretKey({ database, secrets: withKeys(first) })).rejects.toMatchObject({ code: 'invalid_config' })
})
