export { RedisConnections } from './redis-connections.ts'
export { openRedis, type RedisClient, type RedisManner } from './open-redis.ts'
export { redisAddress, type RedisAddress } from './redis-address.ts'
