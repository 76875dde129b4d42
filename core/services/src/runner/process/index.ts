export type { RunnerLimits } from '../runner-limits.ts'
export { knowsToken, startRunner, type RunnerOptions, type RunningRunner } from './start-runner.ts'
