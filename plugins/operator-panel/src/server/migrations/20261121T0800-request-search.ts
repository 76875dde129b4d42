import type { Migration } from '@parley/plugin-api'

/** Runs of three characters of a text in lower case, and what finds a part of it in them. ADR 42 says why not `pg_trgm`. */
export const searchGrams: Migration = {
  async up(db) {
    // COST: about what it takes; a planner that thinks it cheap calls it for every row rather than read the index.
    await db.raw(`
      CREATE FUNCTION search_grams(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5000 AS $$
        SELECT array_to_tsvector(coalesce(array_agg(substr(folded, n, 3) COLLATE "C"), '{}'))
        FROM (SELECT lower(words COLLATE "und-x-icu") AS folded OFFSET 0) AS text, generate_series(1, length(folded)) AS n
      $$;
      CREATE FUNCTION search_query(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT string_agg('''' || replace(replace(substr(folded, n, 3), '\\', '\\\\'), '''', '''''') || '''' ||
          CASE WHEN length(folded) < 3 THEN ':*' ELSE '' END, ' & ')::tsquery
        FROM (SELECT lower(words COLLATE "und-x-icu") AS folded OFFSET 0) AS text, generate_series(1, greatest(length(folded) - 2, 1)) AS n
      $$;
    `)
  },
}

/** Of the closed requests alone: those there may be a million of, and they do not change with every message. */
export const closedSearch: Migration = {
  transaction: false,
  async up(db) {
    await db.raw('DROP INDEX CONCURRENTLY IF EXISTS requests_closed_search')
    await db.raw(
      `CREATE INDEX CONCURRENTLY requests_closed_search ON requests USING gin (search_grams(client_name || ' ' || last_text)) WHERE state = 'closed'`,
    )
  },
}
