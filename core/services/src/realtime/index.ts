export { createRealtime, type RealtimeOptions, type RealtimeService, type RealtimeStatistics } from './create-realtime.ts'
export { realtimeMigrations } from './sequence-store.ts'
