export type { RunnerLimits } from '../runner-limits.ts'
export { startRunner, type RunnerOptions, type RunningRunner } from './start-runner.ts'
