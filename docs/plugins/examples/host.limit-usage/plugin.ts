import { definePlugin, limitUsage } from '@parley/plugin-api'

export default definePlugin({
  id: 'call-lines',
  migrations: {
    '20261121T0900_lines': { up: async (db) => void (await db.raw('CREATE TABLE lines (number text PRIMARY KEY, active boolean NOT NULL)')) },
  },
  contributes: (add) => [
    add(limitUsage, 'lines', ({ db }) => ({
      used: async () => (await db.query<{ used: number }>('SELECT count(*)::int AS used FROM {lines} WHERE active'))[0]?.used ?? 0,
    })),
  ],
})
