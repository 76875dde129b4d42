import type { TestPlugin } from '@parley/test-kit'

/** Two plugins for tests: a shop with orders, and a ledger that reads the shop's published view. */
export const shop: TestPlugin = {
  id: 'toy-shop',
  migrations: {
    '20261120T0900_shop': {
      async up(db) {
        await db.raw(`
          CREATE TABLE customers (id text COLLATE "C" PRIMARY KEY, name text NOT NULL);
          CREATE TABLE orders (id text COLLATE "C" PRIMARY KEY, customer text REFERENCES customers, amount integer NOT NULL DEFAULT 0, version integer NOT NULL DEFAULT 1)`)
      },
    },
  },
  publishes: { orders: 'SELECT id, amount FROM {orders}' },
}

export const ledger: TestPlugin = {
  id: 'ledger',
  migrations: {
    '20261120T0900_entries': {
      async up(db) {
        await db.schema.createTable('entries', (table) => {
          table.text('order').primary()
          table.integer('amount').notNullable()
        })
      },
    },
  },
}
