import { definePlugin, demoData } from '@parley/plugin-api'

export default definePlugin({
  id: 'shelves',
  migrations: {
    '20261121T0900_shelves': { up: async (db) => void (await db.raw('CREATE TABLE shelves (name text PRIMARY KEY, bot_id text)')) },
  },
  contributes: (add) => [
    add(demoData, 'shelves', ({ db }) => ({
      seed: async ({ shared }) => {
        const botId = typeof shared.get('botId') === 'string' ? shared.get('botId') : null
        const text = "INSERT INTO {shelves} (name, bot_id) VALUES ('Demo teas', $1) ON CONFLICT (name) DO NOTHING"
        await db.write({ text, values: [botId] })
      },
      remove: async () => db.write({ text: "DELETE FROM {shelves} WHERE name = 'Demo teas'", values: [] }),
    })),
  ],
})
