export * from './system-clock.ts'
export * from './test-clock.ts'
