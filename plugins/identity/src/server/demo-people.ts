import { randomUUID } from 'node:crypto'
import type { Clock, DemoContext, DemoData, PluginDatabase } from '@parley/plugin-api'
import type { Passwords } from './sign-in/passwords.ts'
import type { UserStore } from './users/user-store.ts'

const domain = '@demo.parley'
const password = 'demo-parley'

const people = [
  { login: 'oksana.koval', firstName: 'Оксана', lastName: 'Коваль', roles: ['operator'] },
  { login: 'taras.melnyk', firstName: 'Taras', lastName: 'Melnyk', roles: ['operator'] },
  { login: 'iryna.shevchuk', firstName: 'Ірина', lastName: 'Шевчук', roles: ['operator'] },
  { login: 'maria.bondar', firstName: 'Maria', lastName: 'Bondar', roles: ['supervisor'] },
  { login: 'andrii.lysenko', firstName: 'Андрій', lastName: 'Лисенко', roles: ['integrator'] },
  { login: 'sofia.tkachenko', firstName: 'Sofia', lastName: 'Tkachenko', roles: ['analyst'] },
] as const

interface Dependencies {
  db: PluginDatabase
  userStore: UserStore
  passwords: Passwords
  clock: Clock
}

/** Leaves the ids as `operators` (a list), `supervisor`, `integrator`, `analyst` for the plugins after it. */
export class DemoPeople implements DemoData {
  readonly #use: Dependencies

  constructor(dependencies: Dependencies) {
    this.#use = dependencies
  }

  async seed({ shared, log }: DemoContext): Promise<void> {
    const { db, userStore, passwords, clock } = this.#use
    const passwordHash = await passwords.hash(password)
    const ids: { id: string; role: string }[] = []
    for (const { login, roles, ...names } of people) {
      const email = `${login}${domain}`
      const known = await userStore.findForSignIn(email)
      const id = known?.id ?? randomUUID()
      const user = { ...names, id, email, roles, botIds: undefined, active: true, avatarUrl: undefined, passwordHash, at: clock.now() }
      if (known === undefined) await db.transaction((tx) => userStore.insert(tx, user))
      ids.push({ id, role: roles[0] })
    }
    shared.set(
      'operators',
      ids.filter(({ role }) => role === 'operator').map(({ id }) => id),
    )
    for (const { id, role } of ids) if (role !== 'operator') shared.set(role, id)
    log.info('demo people are there', { logins: people.map(({ login }) => `${login}${domain}`) })
  }

  async remove(): Promise<void> {
    const { db, userStore } = this.#use
    const rows = await Promise.all(people.map(({ login }) => userStore.findForSignIn(`${login}${domain}`)))
    const ids = rows.flatMap((row) => (row === undefined ? [] : [row.id]))
    await db.transaction((tx) => userStore.erase(tx, ids))
  }
}
