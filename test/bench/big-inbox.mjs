import { generate } from './generate.mjs'
import { setUpEcho } from './message-road.mjs'
import { median, percentile, signIn } from './setting.mjs'

const repeats = 150

const parts = ['mine', 'unassigned', 'queue', 'open', 'closed', 'counts', 'search', 'scrolling', 'dialog']

/** (e) How long folders and dialogs take to open with 100,000 requests and a million messages, generated once and opened in each round. */
export const bigInbox = async (setting, { rounds }) => {
  const postgres = await setting.postgres()
  const databaseUrl = await postgres.database('big')
  const host = await setting.host({ databaseUrl })
  const { bot, account, call: own } = await setUpEcho(host.url, 'http://127.0.0.1:9/')
  const me = await own('GET', '/api/v1/auth/me')
  const started = performance.now()
  await generate(databaseUrl, { accountId: account.id, botId: bot.id, operatorId: me.id })
  const generatedInSeconds = (performance.now() - started) / 1000

  // One person may call so often a minute, so several share the work.
  const team = []
  for (let n = 0; n < 12; n += 1) {
    const person = { login: `person-${n}@parley.local`, password: 'bench-person-password-1' }
    await own('POST', '/api/v1/identity/users', { email: person.login, firstName: 'Person', roles: ['administrator'], password: person.password })
    team.push((await signIn(host.url, person)).call)
  }
  let turn = 0
  const call = (method, path) => team[turn++ % team.length](method, path)

  const samples = []
  for (let round = 0; round < rounds; round += 1) samples.push(await oneRound(call, own, round))
  const figures = { generatedInSeconds }
  for (const part of parts) {
    const at = (share) => median(samples.map((sample) => percentile(sample[part], share)))
    figures[part] = { p50: at(0.5), p95: at(0.95) }
  }
  return figures
}

/** Parts of names and texts: a few clients, one, all of a family, all there are, in another case, and none. */
const searches = (round) => [
  ...Array.from({ length: 30 }, (_, n) => `Koval ${7 * (n + 1) + 1000 * round}`),
  ...['koval', 'LYSENKO', 'Message 10', 'le', 'o', 'dialog 77', 'ґанок', 'no such words', 'xq', '#4711'],
]

/** The times of each part, in milliseconds. */
const oneRound = async (call, own, round) => {
  const panel = '/api/v1/operator-panel'
  const timed = async (paths, as = call) => {
    const times = []
    for (const path of [...paths.slice(0, 5), ...paths]) {
      const at = performance.now()
      await as('GET', path)
      times.push(performance.now() - at)
    }
    return times.slice(5)
  }
  const many = (path) => Array.from({ length: repeats }, () => path)
  const figures = {}
  figures.mine = await timed(many(`${panel}/requests?folder=mine`), own)
  for (const folder of ['unassigned', 'queue', 'open', 'closed']) figures[folder] = await timed(many(`${panel}/requests?folder=${folder}`))
  figures.counts = await timed(many(`${panel}/folders`))
  figures.search = await timed(searches(round).map((words) => `${panel}/requests?folder=closed&search=${encodeURIComponent(words)}`))

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
  figures.scrolling = deep
  const some = ids.filter((_, index) => index % Math.ceil(ids.length / repeats) === 0)
  const dialogs = []
  for (const id of some) {
    const at = performance.now()
    // what the dialog asks for when it opens
    await Promise.all(['', '/messages', '/client'].map((part) => call('GET', `${panel}/requests/${id}${part}`)))
    dialogs.push(performance.now() - at)
  }
  figures.dialog = dialogs
  return figures
}
