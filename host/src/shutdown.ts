import { setTimeout as delay } from 'node:timers/promises'
import { currentContext } from '@parley/kernel'
import type { ComposedHost } from './compose.ts'

/** Ends the process in order on signals and on errors nobody caught. Answers a function that ends only the host, once. */
export function endWithProcess(host: ComposedHost): () => Promise<void> {
  const { log } = host
  let ending: Promise<void> | undefined

  const end = (delay = 0): Promise<void> => (ending ??= endHost(host, delay))

  const exit = (code: number, delay = 0): void => {
    if (ending) return void process.exit(code)
    void end(delay).finally(() => process.exit(code))
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info(ending ? 'Ending at once' : 'Ending', { signal })
      // who pressed Ctrl+C waits for it
      exit(ending ? 1 : 0, signal === 'SIGTERM' ? host.drain.delay : 0)
    })
  }
  process.on('uncaughtException', (error) => {
    // Going on would mean going on in a state nobody thought of; the supervisor starts a fresh process.
    log.error('An error was not caught; the process ends', { plugin: currentContext()?.plugin ?? 'host', error })
    if (!ending) exit(1)
  })
  return () => end()
}

async function endHost({ platform, readiness, drain, log, close }: ComposedHost, wait: number): Promise<void> {
  readiness.stopping()
  platform.leave()
  await delay(wait)
  const late = new AbortController()
  const outcome = await Promise.race([platform.stop().then(() => 'drained'), delay(drain.timeout, 'late', { signal: late.signal })])
  late.abort()
  if (outcome === 'late') log.warn('Some work did not end in time and will be done again after the start', { seconds: drain.timeout / 1000 })
  try {
    await close()
  } catch (error) {
    log.error('The database was not closed', { error })
  }
}
