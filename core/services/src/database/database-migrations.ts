import type { Migrations } from '@parley/plugin-api'

/** What the database service itself needs in the schema `host`. */
export const databaseMigrations: Migrations = {
  '20261120T0000_database_expect_rows': {
    async up(db) {
      await db.raw(`
        CREATE FUNCTION expect_rows(actual bigint, expected bigint, part integer) RETURNS bigint LANGUAGE plpgsql AS $$
        BEGIN
          IF actual <> expected THEN
            RAISE EXCEPTION 'a write expected % row(s) and found %', expected, actual USING ERRCODE = 'PA001', DETAIL = part || ' ' || actual;
          END IF;
          RETURN actual;
        END $$`)
    },
  },
}
