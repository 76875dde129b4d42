export { silentLogger } from './silent-logger.ts'
export { createTestDatabase, testServerUrl, type TestDatabase, type TestDatabaseOptions, type TestPlugin } from './test-database.ts'
export { testRedisUrl } from './test-redis.ts'
