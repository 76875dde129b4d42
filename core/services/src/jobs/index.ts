export { createJobs, type Jobs, type JobsOptions, type JobStatistics } from './create-jobs.ts'
export { jobsMigrations } from './tick-store.ts'
