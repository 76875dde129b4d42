export { createJobs, type Jobs, type JobsOptions, type JobStatistics } from './create-jobs.ts'
export { jobsMigrations } from './tick-store.ts'
export type { Workers } from './lane-owners.ts'
