export * from './logger.ts'
export * from './metrics.ts'
export { redact, redactText } from './redact.ts'
