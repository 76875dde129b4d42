import type { Migrations } from '@parley/plugin-api'
import { requests } from './20261120T1000-requests.ts'
import { closedSearch, searchGrams } from './20261121T0800-request-search.ts'

export const migrations: Migrations = {
  '20261120T1000_requests': requests,
  '20261121T0800_search_grams': searchGrams,
  '20261121T0801_closed_search': closedSearch,
}
