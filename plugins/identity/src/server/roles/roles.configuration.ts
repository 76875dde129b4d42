import type { Audit, Clock, ConfigurationKind, Points, Transaction } from '@parley/plugin-api'
import { z } from 'zod'
import { editUsers } from '../../api/index.ts'
import { builtInRole } from './built-in-roles.ts'
import { RoleStore } from './role-store.ts'
import { roleKey } from './roles.routes.ts'
import { Roles } from './roles.ts'

const permissions = z.array(z.string().min(3).max(128)).max(1_000)
const schema = z.object({
  title: z.string().trim().min(1).max(80),
  description: z.string().trim().max(500).default(''),
  granted: permissions.default([]),
  revoked: permissions.default([]),
})

/** Roles that were made, and what was given to or taken from the built-in ones. Who holds them is not configuration. */
export const roleConfiguration = ({
  roles,
  points,
  audit,
  clock,
}: {
  roles: Roles
  points: Points
  audit: Audit
  clock: Clock
}): ConfigurationKind<z.infer<typeof schema>> => {
  const on = (db: Transaction): Roles => new Roles({ db, roleStore: new RoleStore({ db }), points, audit, clock })
  const adjusted = ({ key, granted, revoked }: { key: string; granted: readonly string[]; revoked: readonly string[] }): boolean =>
    builtInRole(key) === undefined || granted.length + revoked.length > 0
  return {
    permission: editUsers,
    schema,
    key: roleKey,
    list: async (db) =>
      (await new RoleStore({ db }).all()).filter(adjusted).map(({ key, title, description, granted, revoked }) => ({
        id: key,
        key,
        name: title,
        document: { title, description, granted: granted.toSorted(), revoked: revoked.toSorted() },
      })),
    async save({ key, document }, { db, actor }) {
      await on(db).restore(actor, { key, ...document })
      db.afterCommit(() => roles.forget())
      return key
    },
    async remove({ id, document }, { db, actor }) {
      if (builtInRole(id) === undefined) await on(db).remove(actor, id)
      else await on(db).restore(actor, { key: id, ...document, granted: [], revoked: [] })
      db.afterCommit(() => roles.forget())
    },
  }
}
