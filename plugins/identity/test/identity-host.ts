import { definePlugin, permission, type Plugin } from '@parley/plugin-api'
import { createTestHost, type TestClient, type TestHost, type TestResponse } from '@parley/test-kit'
import identity from '../src/server/plugin.ts'

export const root = { login: 'root@example.com', password: 'correct horse battery' }

export const viewDeals = permission('acme_crm', 'view', 'See deals', 'bot')
export const wordsOfDeals = { en: 'See deals', uk: 'Бачити угоди' }
export const instanceSecrets = permission('instance', 'edit', 'Change the instance')

/** Another plugin, whose permissions and routes identity knows nothing of. */
export const acme: Plugin = definePlugin({
  id: 'acme',
  permissions: [viewDeals, instanceSecrets],
  routes: (http) => [
    http.get('/deals', { permission: viewDeals }, async ({ actor }) => ({
      kind: actor.kind,
      id: actor.id,
      b1: actor.can(viewDeals, 'b1'),
      b2: actor.can(viewDeals, 'b2'),
    })),
    http.get('/instance', { permission: instanceSecrets }, async () => ({})),
  ],
})

export interface Person {
  readonly id: string
  readonly http: TestClient
  readonly accessToken: string
  readonly refreshToken: string
}

export interface IdentityHost extends AsyncDisposable {
  readonly host: TestHost
  readonly http: TestClient
  signIn(login: string, password?: string, headers?: Readonly<Record<string, string>>): Promise<Person>
  /** Root makes a person and the person signs in. */
  person(roles: readonly string[], more?: object): Promise<Person & { readonly login: string }>
  auditActions(): Promise<string[]>
}

const password = 'a perfectly fine password'

export async function startIdentity(): Promise<IdentityHost> {
  const host = await createTestHost({
    plugins: [identity, acme],
    config: { identity: { admin: root } },
    manifests: { acme: { permissions: { 'acme_crm.view': wordsOfDeals, 'instance.edit': 'Change the instance' } } },
  })
  let count = 0
  const signIn: IdentityHost['signIn'] = async (login, secret = password, headers = {}) => {
    const answer = must(await host.http.post('/api/v1/auth/login', { login, password: secret }, { headers }))
    const http = host.http.token(answer.body.accessToken)
    const me = must(await http.get('/api/v1/auth/me'))
    return { id: me.body.id, http, accessToken: answer.body.accessToken, refreshToken: answer.body.refreshToken }
  }
  return {
    host,
    http: host.http,
    signIn,
    async person(roles, more = {}) {
      const boss = await signIn(root.login, root.password)
      const login = `person${++count}@example.com`
      must(
        await boss.http.post('/api/v1/identity/users', { email: login, firstName: 'Oksana', lastName: `Koval ${count}`, roles, password, ...more }),
      )
      return { ...(await signIn(login)), login }
    },
    async auditActions() {
      const rows = await host.database.host.query<{ action: string }>('SELECT action FROM {audit_log} ORDER BY id')
      return rows.map(({ action }) => action)
    },
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  }
}

export function must(response: TestResponse): TestResponse {
  if (response.status >= 300) throw new Error(`${response.status} ${response.text}`)
  return response
}
