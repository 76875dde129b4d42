import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApiHost, dependsOnCall, fill, isWrite, someId, type Operation } from './api-host.ts'

let api: ApiHost
beforeAll(async () => {
  api = await ApiHost.start()
})
afterAll(() => api?.stop())

/** Bodies that fit, for calls whose bot stands in the body or whose body is looked at before the right. */
const bodies = (botId: string): Readonly<Record<string, object>> => ({
  'POST /api/v1/conversations/accounts': { botId, channel: 'custom_channel', title: 'App', config: {}, active: false },
  'POST /api/v1/conversations/accounts/check': { botId, channel: 'custom_channel', title: 'App', config: {} },
  'PUT /api/v1/scenario-runtime/bots/{botId}/draft': { document: {} },
  'POST /api/v1/scenario-runtime/bots/{botId}/validate': { document: {} },
})
const fitting = ({ label, path }: Operation, botId = someId): [path: string, body: object | undefined] => [
  fill(path, { botId, version: '1' }),
  bodies(botId)[label],
]

test('the API is closed, but for what is open on purpose', async () => {
  expect(api.operations.length).toBeGreaterThan(100)
  for (const { label, method, path, open } of api.operations) {
    if (open) continue
    const { status, body } = await api.host.http.request(method, fill(path))
    expect({ label, status, code: body.code }).toEqual({ label, status: 401, code: 'unauthenticated' })
  }
  const purposes = {
    'signing in': /\/auth\/(login|refresh|logout|new-password)$/,
    'hooks of channels, which check secrets and signatures': /^POST (\/hooks\/channel-|\/messengers_host\/)/,
    'call_node, where the author opened an entry point': /\/call_node/,
    'documents about the API': /^GET \/api\/v1\/(openapi\.json|scenario-runtime\/scenario\.schema\.json)$/,
    'the script of the website widget and its demo page': /^GET (\/widget\/|\/api\/v1\/channel-widget\/)/,
  }
  const unexplained = api.operations.filter(({ open, label }) => open && !Object.values(purposes).some((purpose) => purpose.test(label)))
  expect(unexplained.map(({ label }) => label)).toEqual([])
})

test('somebody without rights is refused, with a sentence', async () => {
  await api.http.post('/api/v1/identity/roles', { key: 'nobody', title: 'Nobody', description: '', permissions: [] })
  const nobody = await api.person('nobody@example.com', 'nobody')
  for (const operation of api.operations.filter(({ permission }) => permission !== undefined)) {
    const [path, body] = fitting(operation)
    const answer = await nobody.request(operation.method, path, body)
    expect({ label: operation.label, status: answer.status, code: answer.body.code }).toEqual({
      label: operation.label,
      status: 403,
      code: 'forbidden',
    })
    expect(answer.body.detail.length).toBeGreaterThan(10)
  }
  // what everybody has: themselves, and settings, whose pages have a right each
  const own = /\/identity\/(profile|presence)\b|\/auth\/me$|^GET \/api\/v1\/identity\/permissions$|\/api\/v1\/settings\b/
  const free = api.operations.filter(({ open, permission }) => !open && permission === undefined).map(({ label }) => label)
  expect(free.filter((label) => !own.test(label))).toEqual([])
})

test('a right for one bot is none for another', async () => {
  const [own, other] = await Promise.all(
    ['Own', 'Other'].map(async (name) => (await api.http.post('/api/v1/conversations/bots', { name, language: 'en' })).body.id as string),
  )
  await api.http.post('/api/v1/identity/roles', {
    key: 'author',
    title: 'Author',
    description: '',
    permissions: ['bots.edit', 'scenarios.view', 'scenarios.edit'],
  })
  const someone = await api.person('someone@example.com', 'author', { botIds: [own] })
  const dependent = api.operations.filter(dependsOnCall)
  expect(dependent.length).toBeGreaterThan(10)
  for (const operation of dependent) {
    const statusOf = async (botId: string): Promise<number> => (await someone.request(operation.method, ...fitting(operation, botId))).status
    expect({ label: operation.label, other: await statusOf(other!), own: (await statusOf(own!)) !== 403 }).toEqual({
      label: operation.label,
      other: 403,
      own: true,
    })
  }
})

test('nothing fails for the body it is given', async () => {
  for (const body of ['{"a":', '[]', 'null', '"x"', '{"__proto__":{"a":1}}', JSON.stringify({ botId: 'x'.repeat(5000), version: {}, text: 7 })]) {
    for (const { label, method, path } of api.operations.filter(isWrite)) {
      const response = await fetch(`${api.host.url}${fill(path, { locale: 'en' })}`, {
        method,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${api.token}` },
        body,
      })
      const answer = response.status >= 400 ? ((await response.json()) as { code?: string; status?: string }) : { code: await response.text() }
      // call_node answers as the documented product does
      const problem = answer.code ?? (/call_node/.test(path) ? answer.status : undefined)
      expect({ label, status: response.status, broken: response.status >= 500, problem: typeof problem }).toMatchObject({
        broken: false,
        problem: 'string',
      })
    }
  }
})

const strange = ['x', '%00', '%E0%A4%A', '%F0%9F%99%82', "'", '..%2F..%2Fetc', '-1', '1e999', '99999999999999999999', 'x'.repeat(3000)]
// look like cursors of lists and hold what no row does
const strangeCursors = [
  ['x', 'y'],
  ['x', 'y', 'z'],
  ['2026-99-99T00:00:00Z', someId],
  ['\u0000', '\u0000', someId],
  ['99999999999', '', someId],
  [1],
  {},
]
const strangeQueries = ['', ...strange, '%5B%5D', ...strangeCursors.map((keys) => Buffer.from(JSON.stringify(keys)).toString('base64url'))]
/** Files that the build makes; the sources these tests run have none. */
const built = /\/(demo-)?script$|\/widget\/\w+\.js$/

test('nothing that is asked fails for its address or its query', async () => {
  const wrong: object[] = []
  for (const { label, path, query } of api.operations.filter((operation) => !isWrite(operation) && !built.test(operation.path))) {
    const paths = path.includes('{') ? strange.map((value) => fill(path, {}, value)) : []
    const queries = query.flatMap((name) => [
      ...strangeQueries.map((value) => `${name}=${value}`),
      `${name}=1&${name}=2`,
      `${name}[]=1`,
      `${name}[a][b]=1`,
    ])
    const addresses = [...paths, ...queries.map((text) => `${fill(path)}?${text}`), `${fill(path)}?__proto__=1&unknown=%00`]
    for (const address of addresses) {
      const response = await fetch(`${api.host.url}${address}`, { headers: { authorization: `Bearer ${api.token}` } })
      const { status } = response
      const answer = await response.text()
      const problem = status < 400 || /call_node/.test(path) || response.headers.get('content-type')?.startsWith('application/problem+json')
      if (status >= 500 || status === 429 || !problem) wrong.push({ label, address: address.slice(0, 150), status, answer: answer.slice(0, 200) })
    }
  }
  expect(wrong).toEqual([])
})
