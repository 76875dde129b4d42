import { definePlugin, permission, type Migration } from '@parley/plugin-api'

const see = permission('hello', 'view', 'See greetings')

const greetings: Migration = {
  up: async (db) => {
    await db.raw('CREATE TABLE greetings (id integer PRIMARY KEY, words text NOT NULL)')
    await db.raw("INSERT INTO greetings VALUES (1, 'Greetings from afar')")
  },
}

export default definePlugin({
  id: 'hello',
  permissions: [see],
  migrations: { '20261121T0900_greetings': greetings },
  routes: (http) => [
    http.get('/greeting', { permission: see, summary: 'A greeting' }, async (_call, { db }) => {
      const [row] = await db.query('SELECT words FROM {greetings} WHERE id = 1')
      return { words: row?.['words'] }
    }),
  ],
})
