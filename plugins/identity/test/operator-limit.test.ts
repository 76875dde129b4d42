import { generateKeyPair, signLicence } from '@parley/kernel'
import { createLicences } from '@parley/services'
import { createTestHost, type TestClient, type TestHost } from '@parley/test-kit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import identity from '../src/server/plugin.ts'
import { must, root } from './identity-host.ts'

vi.setConfig({ testTimeout: 60_000 })

const { publicKey, privateKey } = generateKeyPair()
const path = '/api/v1/identity/users'
const refusal = {
  status: 402,
  code: 'identity/too_many_operators',
  detail: 'The licence allows 3 active people. Deactivate somebody, or extend the licence under Settings, Licence.',
  details: { limit: 3 },
}

let host: TestHost
let http: TestClient
beforeEach(async () => {
  const licence = signLicence({ customer: 'ACME', id: 'lic_1', issued: '2026-11-20', features: {}, limits: { operators: 3 } }, privateKey)
  const files = async () => ({ found: [{ text: JSON.stringify(licence), origin: 'licence.json' }], problems: [] })
  host = await createTestHost({
    plugins: [identity],
    config: { identity: { admin: root } },
    licences: (parts) => createLicences({ ...parts, base: ['identity'], required: false, keys: [publicKey], files }),
  })
  http = host.http.token(must(await host.http.post('/api/v1/auth/login', root)).body.accessToken)
})
afterEach(() => host.stop())

const add = (email: string) => http.post(path, { email: `${email}@example.com`, roles: ['operator'] })

test('the licence limits how many people are active: at creation, at activation, and also for two at once', async () => {
  const second = must(await add('second')).body
  const [one, other] = await Promise.all([add('third'), add('fourth')])
  expect([one.status, other.status].toSorted()).toEqual([200, 402])
  expect((await add('fifth')).body).toMatchObject(refusal)
  must(await http.patch(`${path}/${second.id}`, { active: false }))
  must(await add('sixth'))
  expect((await http.patch(`${path}/${second.id}`, { active: true })).body).toMatchObject(refusal)
  must(await http.patch(`${path}/${second.id}`, { firstName: 'Oksana' }))
  const { licences } = must(await http.get('/api/v1/system/licence')).body
  expect(licences[0].limits).toEqual([{ name: 'operators', limit: 3, used: 3 }])
})
