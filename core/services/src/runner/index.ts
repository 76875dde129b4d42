export { createRunners, usualLimits, type Runners, type RunnersConfig } from './create-runners.ts'
