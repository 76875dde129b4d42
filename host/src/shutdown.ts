import { setTimeout as delay } from 'node:timers/promises'
import { currentContext } from '@parley/kernel'
import type { ComposedHost } from './compose.ts'

/** Ends the process in order on signals and on errors nobody caught. Answers a function that ends only the host, once. */
export function endWithProcess(host: ComposedHost, drainTimeout: number): () => Promise<void> {
  const { log } = host
  let ending: Promise<void> | undefined

  const end = (): Promise<void> => (ending ??= endHost(host, drainTimeout))

  const exit = (code: number): void => {
    if (ending) return void process.exit(code)
    void end().finally(() => process.exit(code))
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      log.info(ending ? 'Ending at once' : 'Ending', { signal })
      exit(ending ? 1 : 0)
    })
  }
  process.on('uncaughtException', (error) => {
    // Going on would mean going on in a state nobody thought of; the supervisor starts a fresh process.
    log.error('An error was not caught; the process ends', { plugin: currentContext()?.plugin ?? 'host', error })
    if (!ending) exit(1)
  })
  return end
}

async function endHost({ platform, readiness, log, close }: ComposedHost, drainTimeout: number): Promise<void> {
  readiness.stopping()
  const late = new AbortController()
  const outcome = await Promise.race([platform.stop().then(() => 'drained'), delay(drainTimeout, 'late', { signal: late.signal })])
  late.abort()
  if (outcome === 'late') log.warn('Some work did not end in time and will be done again after the start', { seconds: drainTimeout / 1000 })
  try {
    await close()
  } catch (error) {
    log.error('The database was not closed', { error })
  }
}
