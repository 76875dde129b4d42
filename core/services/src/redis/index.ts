export { RedisConnections, type RedisManner } from './redis-connections.ts'
