export * from './plugin-handle.ts'
export * from './work-context.ts'
