import { readdirSync } from 'node:fs'
import { generateKeyPair, signLicence } from '@parley/kernel'
import { createLicences } from '@parley/services'
import { createTestHost, type TestClient, type TestHost } from '@parley/test-kit'

export const root = { login: 'root@example.com', password: 'correct horse battery' }

/** Every plugin of the repository: a new one is walked without being named here. */
export const builtIn = readdirSync(new URL('../../plugins', import.meta.url))

export interface Operation {
  /** `PUT /api/v1/clients/fields/{key}` */
  readonly label: string
  readonly method: string
  readonly path: string
  readonly open: boolean
  readonly summary: string | undefined
  readonly permission: string | undefined
  readonly unaudited: string | undefined
  /** Names of the query's values. */
  readonly query: readonly string[]
}

/** Whether the right that is asked for follows from the values of the call, such as its bot. */
export const dependsOnCall = ({ permission }: Operation): boolean => permission === 'depends on the call'
export const isWrite = ({ method }: Operation): boolean => method !== 'GET'

export type AnyHost = TestHost<any>

/** A host with all plugins, what its API says of itself, and the first administrator's hands. */
export class ApiHost {
  readonly host: AnyHost
  readonly document: any
  readonly operations: readonly Operation[]
  readonly token: string
  readonly http: TestClient

  /** Signs licences that count here. */
  readonly licence: (id: string, features: readonly string[]) => object

  private constructor(host: AnyHost, document: any, token: string, publisherKey: string) {
    this.host = host
    this.document = document
    this.operations = operationsOf(document)
    this.token = token
    this.http = host.http.token(token)
    this.licence = (id, features) => {
      const issued = new Date().toISOString()
      return signLicence({ id, customer: 'ACME', issued, features: Object.fromEntries(features.map((name) => [name, {}])) }, publisherKey)
    }
  }

  static async start(): Promise<ApiHost> {
    const plugins = await Promise.all(builtIn.map((id) => import(`../../plugins/${id}/src/server/plugin.ts`)))
    const { publicKey, privateKey } = generateKeyPair()
    const host = await createTestHost({
      plugins,
      config: { identity: { admin: root } },
      time: 'real',
      // nothing needs a licence, and one may be uploaded all the same
      licences: (parts) =>
        createLicences({ ...parts, keys: [publicKey], base: [], required: false, files: async () => ({ found: [], problems: [] }) }),
    })
    const { body: document } = await host.http.get('/api/v1/openapi.json')
    const signedIn = await host.http.post('/api/v1/auth/login', root)
    return new ApiHost(host, document, signedIn.body.accessToken, privateKey)
  }

  /** Adds a person with the role and signs them in. */
  async person(login: string, role: string, more: object = {}): Promise<TestClient> {
    const person = { email: login, firstName: 'No', lastName: 'Body', roles: [role], password: 'another fine password', ...more }
    const added = await this.http.post('/api/v1/identity/users', person)
    if (added.status !== 200) throw new Error(`${login} could not be added: ${added.text}`)
    const { body } = await this.host.http.post('/api/v1/auth/login', { login, password: person.password })
    return this.host.http.token(body.accessToken)
  }

  stop(): Promise<void> {
    return this.host.stop()
  }
}

const operationsOf = (document: { readonly paths: Readonly<Record<string, object>> }): Operation[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries<Record<string, any>>(item as Record<string, any>).map(([verb, operation]) => ({
      label: `${verb.toUpperCase()} ${path}`,
      method: verb.toUpperCase(),
      path,
      open: operation['security'].length === 0,
      summary: operation['summary'],
      permission: operation['x-permission'],
      unaudited: operation['x-unaudited'],
      query: operation['parameters'].filter((parameter: any) => parameter.in === 'query').map((parameter: any) => parameter.name),
    })),
  )

export const someId = '00000000-0000-4000-8000-000000000000'

export const fill = (path: string, values: Readonly<Record<string, string>> = {}, otherwise: string = someId): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? otherwise)
