import type { Migrations } from '@parley/plugin-api'
import { requests } from './20261120T1000-requests.ts'

export const migrations: Migrations = {
  '20261120T1000_requests': requests,
}
