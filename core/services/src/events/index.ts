export { createEvents, type Events, type EventsOptions, type EventStatistics } from './create-events.ts'
export { eventsMigrations } from './delivery-store.ts'
