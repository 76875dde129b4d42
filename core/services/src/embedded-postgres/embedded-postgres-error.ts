import { ParleyError } from '@parley/plugin-api'

/** A start that cannot succeed: what is the matter, and the way out that always exists. */
export class EmbeddedPostgresError extends ParleyError {
  constructor(sentence: string, cause?: unknown) {
    super('database_unavailable', `${sentence} Or set DATABASE_URL to a PostgreSQL 15 or newer.`, cause === undefined ? {} : { cause })
  }
}
