export type { HealthCheck } from './health-checks.ts'
export { createPlatform, type Platform, type PlatformOptions } from './create-platform.ts'
export type { JobHealth, PluginHealth, RouteHealth } from './plugin-health.ts'
