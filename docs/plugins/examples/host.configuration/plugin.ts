import { configuration, definePlugin, permission } from '@parley/plugin-api'
import { z } from 'zod'
import { ShelfStore } from './shelf-store.ts'

const editShop = permission('shop', 'edit', 'Change shelves')
const schema = z.object({
  name: z.string().min(1),
  // another shelf: its id here, its key in the files
  above: z.string().meta({ reference: 'shop/shelves' }).optional(),
})

export default definePlugin({
  id: 'shop',
  permissions: [editShop],
  migrations: {
    '20261121T0900_shelves': {
      up: async (db) => void (await db.raw('CREATE TABLE shelves (id uuid PRIMARY KEY, code text NOT NULL UNIQUE, name text NOT NULL, above uuid)')),
    },
  },
  contributes: (add) => [
    add(configuration, 'shop/shelves', ({ audit }) => ({
      permission: editShop,
      schema,
      list: async (db) => (await new ShelfStore({ db }).all()).map(({ id, code, ...document }) => ({ id, key: code, name: document.name, document })),
      save: async ({ id, key, document, before }, { db }) => {
        const saved = await new ShelfStore({ db }).save({ id, code: key, ...document })
        await audit.record(
          { action: 'shelf.save', object: { type: 'shelf', id: saved, title: document.name }, before, after: document },
          { within: db },
        )
        return saved
      },
      remove: async ({ id, name }, { db }) => {
        await new ShelfStore({ db }).remove(id)
        await audit.record({ action: 'shelf.remove', object: { type: 'shelf', id, title: name } }, { within: db })
      },
    })),
  ],
})
