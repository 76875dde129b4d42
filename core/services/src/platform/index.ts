export type { HealthCheck } from './health-checks.ts'
export { createPlatform, type Platform, type PlatformOptions } from './create-platform.ts'
