// A plugin that does everything wrong that a process survives, from /begin until /end; quiet before and after.
const anything = { '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value }) } }
const told = { id: 'bench-hostile.told@1', payload: anything }
const kept = []
let timers = []
let misbehaves = false
let leave
let end = Promise.resolve({})

const fail = async () => {
  if (misbehaves) throw new Error('hostile')
  return {}
}
const hang = () => end
const every = (milliseconds, misdeed) => timers.push(setInterval(misdeed, milliseconds))

const begin = async (_, { queue, events, db }) => {
  misbehaves = true
  end = new Promise((resolve) => (leave = () => resolve({})))
  for (let n = 0; n < 20; n += 1) void db.transaction(async (open) => (await open.query('SELECT 1'), await hang())).catch(() => undefined)
  every(25, () => void queue.add('fails', {}))
  every(50, () => void queue.add('hangs', {}))
  every(100, () => void events.publish(told, {}).catch(() => undefined))
  // 640 KiB a second, and timers that nobody clears
  every(100, () => kept.push(Buffer.alloc(64 * 1024, 1)) && every(1_000, () => undefined))
  return {}
}

const stop = async () => {
  misbehaves = false
  for (const timer of timers) clearInterval(timer)
  timers = []
  kept.length = 0
  leave?.()
  return {}
}

export const plugin = {
  apiVersion: 1,
  spec: {
    id: 'bench-hostile',
    routes: (http) => [
      http.post('/begin', { auth: 'public', audit: false }, begin),
      http.post('/end', { auth: 'public', audit: false }, stop),
      http.get('/throw', { auth: 'public' }, fail),
      http.get('/hang', { auth: 'public' }, hang),
    ],
    jobs: (job) => [
      job('fails', { payload: anything }, fail),
      job('hangs', { payload: anything }, hang),
      job('due', { payload: anything, due: fail, dueEvery: 1_000 }, fail),
      job('tick', { payload: anything, schedule: 'every 1s' }, fail),
    ],
    on: (on) => [on(told, fail), on(told, hang)],
  },
}
