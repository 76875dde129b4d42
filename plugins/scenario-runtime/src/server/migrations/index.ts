import type { Migrations } from '@parley/plugin-api'
import { scenarios } from './20261120T1200-scenarios.ts'

export const migrations: Migrations = { '20261120T1200_scenarios': scenarios }
