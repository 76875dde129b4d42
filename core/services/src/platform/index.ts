export { createPlatform, type Platform, type PlatformOptions } from './create-platform.ts'
export { createHttpClient } from './interim.ts'
