export * from './clock/index.ts'
export * from './secrets/index.ts'
export * from './observability/index.ts'
