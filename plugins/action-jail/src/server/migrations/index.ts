import type { Migrations } from '@parley/plugin-api'
import { actions } from './20261122T0200-actions.ts'

export const migrations: Migrations = { '20261122T0200_actions': actions }
