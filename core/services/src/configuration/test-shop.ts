import { configuration, definePlugin, permission, type ConfigurationKind, type Secrets, type SettingsPage } from '@parley/plugin-api'
import { z } from 'zod'

export const editShop = permission('shop', 'edit', 'Change the shop')
export const secondRight = permission('shop', 'hours', 'Change the hours')
export const botRight = permission('shop', 'light', 'Change the light', 'bot')

const shelf = z.object({
  name: z.string().min(1),
  above: z.string().meta({ reference: 'shop/shelves' }).optional(),
  labels: z.array(z.string()).default([]),
})
const good = z.object({
  name: z.string().min(1),
  shelves: z.array(z.string().meta({ reference: 'shop/shelves' })),
  supplier: z.object({ url: z.string(), token: z.string().min(3).meta({ format: 'password' }).optional() }).optional(),
  doors: z.array(z.object({ url: z.string(), key: z.string().meta({ format: 'password' }) })).optional(),
  facts: z.record(z.string(), z.unknown()).default({}),
})
export type Shelf = z.infer<typeof shelf>
export type Good = z.infer<typeof good>

const hours = z.object({ from: z.number().int().default(9), pin: z.string().default('').meta({ format: 'password' }) })
export const hoursPage: SettingsPage<z.infer<typeof hours>> = {
  id: 'hours',
  title: 'Hours',
  schema: hours,
  scope: 'instance',
  permission: secondRight,
}
export const shelfPage: SettingsPage<{ light: boolean }> = {
  id: 'light',
  title: 'Light',
  schema: z.object({ light: z.boolean().default(false) }),
  scope: 'bot',
  permission: botRight,
}

/** Things in one table, secrets sealed as a whole. A thing with the name `forbidden` is refused, as a plugin's own check would. */
const kindOf = <D extends { readonly name: string }>(
  kind: string,
  schema: z.ZodType<D>,
  { secrets }: { readonly secrets: Secrets },
  more: Partial<ConfigurationKind<D>> = {},
): ConfigurationKind<D> => ({
  permission: editShop,
  schema,
  async list(db) {
    const rows = await db.query<{ id: string; sealed: string }>('SELECT id, sealed FROM {things} WHERE kind = $1 ORDER BY made', [kind])
    return rows.map(({ id, sealed }) => {
      const document = JSON.parse(secrets.open(sealed)) as D
      return { id, name: document.name, document }
    })
  },
  async save({ id, document }, { db }) {
    if (document.name === 'forbidden') throw new Error('The shop does not sell this.')
    const sealed = secrets.seal(JSON.stringify(document))
    const [row] =
      id === undefined
        ? await db.query<{ id: string }>('INSERT INTO {things} (kind, sealed) VALUES ($1, $2) RETURNING id', [kind, sealed])
        : await db.query<{ id: string }>('UPDATE {things} SET sealed = $2 WHERE id = $1 RETURNING id', [id, sealed])
    return row!.id
  },
  async remove({ id }, { db }) {
    await db.query('DELETE FROM {things} WHERE id = $1', [id])
  },
  ...more,
})

/**
 * What a third party's plugin looks like: two kinds that refer to each other's things, and settings. `goods: false` is its older release; `reads` is
 * called when its shelves are about to be read.
 */
export const shopPlugin = ({ goods = true, reads = async () => {} }: { readonly goods?: boolean; readonly reads?: () => Promise<void> } = {}) =>
  definePlugin({
    id: 'shop',
    permissions: [editShop, secondRight, botRight],
    settings: [hoursPage, shelfPage],
    migrations: {
      '20261121T0000_things': {
        async up(db) {
          await db.raw(`CREATE TABLE things (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            made bigint GENERATED ALWAYS AS IDENTITY,
            kind text NOT NULL,
            sealed text NOT NULL
          )`)
        },
      },
    },
    contributes: (add) => [
      add(configuration, 'shop/shelves', ({ secrets }) => {
        const kind = kindOf<Shelf>('shelf', shelf, { secrets }, { settingsOf: 'bot' })
        return { ...kind, list: (db) => reads().then(() => kind.list(db)) }
      }),
      ...(goods ? [add(configuration, 'shop/goods', ({ secrets }) => kindOf<Good>('good', good, { secrets }))] : []),
    ],
  })
