import { setTimeout as delay } from 'node:timers/promises'
import type { ComposedHost } from './compose.ts'
import type { MemoryWatch } from './memory/memory-watch.ts'
import { pluginAtFault } from './plugins/plugin-at-fault.ts'

/** Ends the process in order on signals and on errors nobody caught. Answers a function that ends only the host, once. */
export function endWithProcess(host: ComposedHost, memory?: MemoryWatch): () => Promise<void> {
  const { log, found, platform } = host
  let ending: Promise<void> | undefined

  const end = (delay = 0, noted?: Promise<void>): Promise<void> => (ending ??= endHost(host, delay, noted).then(() => memory?.stop()))

  const exit = (code: number, delay = 0, noted?: Promise<void>): void => {
    if (ending) return void process.exit(code)
    void end(delay, noted).finally(() => process.exit(code))
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
    const plugin = pluginAtFault(error, found)
    log.error('An error was not caught; the process ends', { plugin: plugin ?? 'host', error })
    // what fails while the process ends is no other exit
    if (!ending) exit(1, 0, plugin === undefined ? undefined : platform.pluginStates.crashed(plugin, error))
  })
  /** Answers whether a plugin did it. */
  const endedBy = (call: string): boolean => {
    const error = new Error(call)
    const plugin = ending ? undefined : pluginAtFault(error, found)
    if (plugin === undefined) return false
    log.error('A plugin ended the process', { plugin, error })
    platform.pluginStates.noteCrash(plugin, error)
    return true
  }
  process.on('exit', (code) => {
    // a supervisor that starts again only what failed does so, too
    if (endedBy(`process.exit(${code})`) && code === 0) process.exitCode = 1
    memory?.takeBack()
  })
  const abort = process.abort.bind(process)
  // it tells nobody
  process.abort = () => {
    endedBy('process.abort()')
    memory?.takeBack()
    return abort()
  }
  return () => end()
}

async function endHost({ platform, readiness, drain, log, close }: ComposedHost, wait: number, noted?: Promise<void>): Promise<void> {
  readiness.stopping()
  platform.leave()
  await delay(wait)
  const late = new AbortController()
  const outcome = await Promise.race([platform.stop().then(() => 'drained'), delay(drain.timeout, 'late', { signal: late.signal })])
  late.abort()
  if (outcome === 'late') log.warn('Some work did not end in time and will be done again after the start', { seconds: drain.timeout / 1000 })
  await noted
  try {
    await close()
  } catch (error) {
    log.error('The database was not closed', { error })
  }
}
