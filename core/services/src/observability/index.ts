export * from './logger.ts'
export * from './measure-runner.ts'
export * from './metrics.ts'
export { redact, redactText } from './redact.ts'
