import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** As many test files of a run may ask for a Redis database. */
export const testRedisDatabases = 4_096

const missing =
  'There is no Redis server for the tests. Install redis-server (Debian: apt-get install redis-server; macOS: brew install redis) and run them again.'

/**
 * A Redis database of its own on the suite's server, which listens on a free port. FLUSHDB is allowed there, FLUSHALL is not.
 *
 * @example createJobs({ adapter: { redisUrl: testRedisUrl() }, … })
 */
export const testRedisUrl = (): string => {
  const { PARLEY_TEST_REDIS_URL: url, PARLEY_TEST_REDIS_SLOTS: slots } = process.env
  if (url === undefined || slots === undefined) throw new Error(missing)
  for (let slot = 1; slot < testRedisDatabases; slot++) {
    if (take(join(slots, String(slot)))) return `${url}/${slot}`
  }
  throw new Error('All Redis databases of this test run are taken.')
}

/** Making a folder is the one step that only one of several processes can do. */
const take = (folder: string): boolean => {
  try {
    mkdirSync(folder)
    return true
  } catch {
    return false
  }
}
