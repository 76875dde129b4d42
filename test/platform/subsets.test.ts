import { describe, expect, it } from 'vitest'
import { builtIn, fill, root } from './api-host.ts'
import { allPlugins, needsOf, startSubset, withNeeds } from './subset-host.ts'

/** Of a seed, so that a failure can be repeated. */
const randomSubset = (seed: number): string[] => {
  let state = seed
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
  return builtIn.filter(() => next() < 0.5)
}

/** Which of them can run: what they need runs too. */
const able = (enabled: readonly string[]): string[] => builtIn.filter((id) => withNeeds(id).every((needed) => enabled.includes(needed)))

const headers = { 'content-type': 'application/json' }

/** Starts the installation with these plugins and holds it to what every subset must keep. */
const check = async (enabled: readonly string[]): Promise<void> => {
  await using host = await startSubset(enabled)
  const running = able(enabled)
  const states = Object.fromEntries(host.plugins.map(({ id, state }) => [id, state]))
  const expected = Object.fromEntries(builtIn.map((id) => [id, running.includes(id) ? 'running' : enabled.includes(id) ? 'blocked' : 'disabled']))
  expect(states).toEqual(expected)
  for (const { state, reason, id } of host.plugins) {
    if (state === 'blocked') expect(reason, id).toMatch(/needs the service|waits for/)
  }
  expect(host.errors).toEqual([])

  // the description names the routes of what is enabled, and nobody else's; those of what waits say so
  const document = (await (await fetch(`${host.url}/api/v1/openapi.json`)).json()) as { paths: Record<string, Record<string, any>> }
  const login = running.includes('identity')
    ? await fetch(`${host.url}/api/v1/auth/login`, { method: 'POST', headers, body: JSON.stringify(root) })
    : undefined
  const token = login === undefined ? undefined : ((await login.json()) as { accessToken: string }).accessToken
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  for (const [path, item] of Object.entries(document.paths)) {
    const owner = /^\/(?:api\/v1|hooks)\/([a-z-]+)/.exec(path)?.[1] ?? ''
    if (builtIn.includes(owner)) expect(enabled, path).toContain(owner)
    // scripts are built, and this host runs from sources
    if (item['get'] === undefined || /script$|\.js$/.test(path)) continue
    const response = await fetch(`${host.url}${fill(path)}`, { headers: authorization, redirect: 'manual' }).catch((cause: unknown) => {
      throw new Error(path, { cause })
    })
    const body = await response.text()
    const problem = response.headers.get('content-type')?.includes('problem+json') ? (JSON.parse(body) as { plugin: string }) : undefined
    if (response.status < 500) expect(states[owner] ?? 'running', path).toBe('running')
    else {
      expect(problem, `${path}: ${body}`).toMatchObject({ status: 503, code: 'plugin_unavailable' })
      expect(states[problem!.plugin], path).toBe('blocked')
    }
  }
}

describe('every subset of the plugins works', () => {
  it.each(builtIn)('%s alone with what it needs', async (id) => {
    await check(withNeeds(id))
  })

  it.each(builtIn)('all but %s: what needs it says so, the rest runs', async (id) => {
    await check(builtIn.filter((one) => one !== id))
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('at random (%i)', async (seed) => {
    await check(randomSubset(seed * 7_919))
  })

  it('and none at all', async () => {
    await check([])
  })

  it('where "needs" is what the plugins declare', () => {
    const needs = Object.fromEntries(allPlugins.map((plugin) => [plugin.spec.id, needsOf(plugin)]))
    expect(needs['conversations']).toEqual(['clients'])
    expect(needs['identity']).toEqual([])
    expect(withNeeds('operator-panel').sort()).toEqual(['clients', 'conversations', 'identity', 'operator-panel', 'scenario-runtime'])
  })
})
