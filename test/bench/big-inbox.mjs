import { generate } from './generate.mjs'
import { setUpEcho } from './message-road.mjs'
import { percentile, signIn } from './setting.mjs'

const repeats = 200

/** (e) How long folders and dialogs take to open with 100,000 requests and a million messages. */
export const bigInbox = async (setting) => {
  const postgres = await setting.postgres()
  const databaseUrl = await postgres.database('big')
  const host = await setting.host({ databaseUrl })
  const { bot, account, call: own } = await setUpEcho(host.url, 'http://127.0.0.1:9/')
  const me = await own('GET', '/api/v1/auth/me')
  const started = performance.now()
  await generate(databaseUrl, { accountId: account.id, botId: bot.id, operatorId: me.id })
  const figures = { generatedInSeconds: (performance.now() - started) / 1000 }

  // One person may call so often a minute, so several share the work.
  const team = []
  for (let n = 0; n < 12; n += 1) {
    const person = { login: `person-${n}@parley.local`, password: 'bench-person-password-1' }
    await own('POST', '/api/v1/identity/users', { email: person.login, firstName: 'Person', roles: ['administrator'], password: person.password })
    team.push((await signIn(host.url, person)).call)
  }
  let turn = 0
  const call = (method, path) => team[turn++ % team.length](method, path)

  const panel = '/api/v1/operator-panel'
  const timed = async (paths, as = call) => {
    const times = []
    for (const path of [...paths.slice(0, 5), ...paths]) {
      const at = performance.now()
      await as('GET', path)
      times.push(performance.now() - at)
    }
    const measured = times.slice(5)
    return { p50: percentile(measured, 0.5), p95: percentile(measured, 0.95) }
  }
  const many = (path) => Array.from({ length: repeats }, () => path)
  figures.mine = await timed(many(`${panel}/requests?folder=mine`), own)
  for (const folder of ['unassigned', 'queue', 'open', 'closed']) figures[folder] = await timed(many(`${panel}/requests?folder=${folder}`))
  figures.counts = await timed(many(`${panel}/folders`))
  figures.search = await timed(
    Array.from({ length: 50 }, (_, n) => `${panel}/requests?folder=closed&search=${encodeURIComponent(`Koval ${7 * n + 1}`)}`),
  )

  // Page after page, as somebody scrolls.
  const deep = []
  let cursor
  const ids = []
  for (let page = 0; page < 100; page += 1) {
    const path = `${panel}/requests?folder=closed${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
    const at = performance.now()
    const answer = await call('GET', path)
    deep.push(performance.now() - at)
    cursor = answer.cursor
    ids.push(...answer.requests.map(({ id }) => id))
  }
  figures.scrolling = { p50: percentile(deep, 0.5), p95: percentile(deep, 0.95) }
  const some = ids.filter((_, index) => index % Math.ceil(ids.length / repeats) === 0)
  const dialogs = []
  for (const id of some) {
    const at = performance.now()
    // what the dialog asks for when it opens
    await Promise.all(['', '/messages', '/client'].map((part) => call('GET', `${panel}/requests/${id}${part}`)))
    dialogs.push(performance.now() - at)
  }
  figures.dialog = { p50: percentile(dialogs, 0.5), p95: percentile(dialogs, 0.95) }
  return figures
}
