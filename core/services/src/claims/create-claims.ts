import { availableParallelism, hostname } from 'node:os'
import type { Claims, Clock, Logger } from '@parley/plugin-api'
import { newMark, tokenOf } from './claim-tokens.ts'
import { InstanceStore, type InstanceFacts, type KnownProcess, type Look, type Machine, type PluginSet } from './instance-store.ts'
import { openSession, type Session } from './session.ts'

export interface ClaimsOptions {
  /** Of PostgreSQL itself, not of a pooler that gives each transaction another connection. */
  readonly url: string
  readonly clock: Clock
  readonly log: Logger
  readonly version: string
  /** This one, unless a test says otherwise. */
  readonly machine?: Machine
  readonly connect?: (url: string) => Promise<Session>
}

export interface ClaimsService extends Claims {
  /** Whom others know this process by; another one after it was believed dead. */
  readonly mark: string
  /**
   * Marks of processes that live and have the role `worker`, as of the last look: as many of each machine as it has cores, the oldest. None when lives
   * are not watched.
   */
  workers(): readonly string[]
  /** Enters the list of processes and begins to watch the others. After the migrations. */
  start(roles: readonly string[], plugins?: PluginSet): Promise<void>
  /** Called when processes have ended; what they had is free from now on. */
  whenGone(work: () => void): void
  /** Why others may not see that this process lives; undefined when they do. */
  problem(): string | undefined
  /** Leaves the list; last, when nothing is claimed any more. */
  stop(): Promise<void>
}

const lookEvery = 1_000
/** Without its lock for so long, a process is dead: it takes a living one less to connect again. */
const missingFor = 3_000
/** So long after its last look, this one may be believed dead. */
const sureFor = 2_500
const rejoinAfter = 300

const thisMachine = (): Machine => ({ name: hostname(), cores: availableParallelism() })

/** More workers than cores do not do more, but each stores less at once; the others of a machine wait to take over. */
const atWork = (workers: readonly KnownProcess[]): readonly KnownProcess[] => {
  const counted = new Map<string, number>()
  return workers.filter(({ machine, cores = Infinity }) => {
    const before = counted.get(machine) ?? 0
    counted.set(machine, before + 1)
    return before < cores
  })
}

/** Who lives is told by PostgreSQL: each process holds a lock in a session of its own, and a session ends with its process (ADR 75). */
export const createClaims = ({ url, clock, log, version, machine = thisMachine(), connect = openSession }: ClaimsOptions): ClaimsService => {
  const stopping = new AbortController()
  const listeners: (() => void)[] = []
  const missing = new Map<string, number>()
  let mark = newMark()
  let facts: InstanceFacts | undefined
  let session: Session | undefined
  let store: InstanceStore | undefined
  let backend: number | undefined
  let watched = true
  /** When a session that answered was last asked. */
  let lookedAt: number | undefined
  let gone: readonly string[] = []
  let workers: readonly string[] = []
  let loop: Promise<void> | undefined
  const now = (): number => clock.now().getTime()

  const join = async (known: InstanceFacts): Promise<void> => {
    session = await connect(url)
    const asked = now()
    store = new InstanceStore((text, values) => session!.ask(text, values))
    missing.clear()
    backend = undefined
    // a mark that was given up, or is another's by chance, is not taken again: its claims belong to others
    while (!(await store.join(mark, known))) mark = newMark()
    lookedAt = asked
    await store.forgetOld()
  }

  const judge = async (look: Look): Promise<void> => {
    const ended = new Set(look.known.filter((one) => one.gone).map((one) => one.mark))
    const dead: string[] = []
    for (const one of look.known) {
      if (one.gone || one.mark === mark || look.present.has(one.mark)) missing.delete(one.mark)
      else if (!missing.has(one.mark)) missing.set(one.mark, now())
      else if (now() - missing.get(one.mark)! >= missingFor) dead.push(one.mark)
    }
    if (dead.length > 0) {
      await store!.bury(dead)
      log.warn('a process has died; others go on with what it had', { processes: dead })
      for (const one of dead) ended.add(one)
    }
    workers = atWork(look.known.filter((one) => one.works && look.present.has(one.mark) && !ended.has(one.mark))).map((one) => one.mark)
    const news = [...ended].some((one) => !gone.includes(one))
    gone = [...ended]
    if (news) for (const tell of listeners) tell()
  }

  const look = async (): Promise<void> => {
    const asked = now()
    const seen = await store!.look()
    backend ??= seen.backend
    if (seen.backend !== backend) {
      watched = false
      workers = []
      log.warn('the database connection goes through a pooler; claims of dead processes stay until they expire. Set database.directUrl.')
      return await store!.unwatch(mark)
    }
    lookedAt = asked
    if (seen.known.some((one) => one.mark === mark && one.gone)) throw new Error('others believed this process dead')
    await judge(seen)
  }

  const run = async (known: InstanceFacts): Promise<void> => {
    const { signal } = stopping
    while (!signal.aborted && watched) {
      let pause = lookEvery
      try {
        if (session === undefined || session.ended) await join(known)
        else await look()
      } catch (error) {
        log.debug('this process is not in the list of processes and goes on trying', { error })
        await session?.close()
        session = undefined
        pause = rejoinAfter
      }
      await clock.sleep(pause, signal).catch(() => undefined)
    }
  }

  return {
    get mark() {
      return mark
    },
    token: () => tokenOf(mark),
    sure: (token) => {
      if (facts === undefined || !watched) return true
      return token.startsWith(mark) && lookedAt !== undefined && now() - lookedAt < sureFor && session?.ended === false
    },
    gone: () => gone,
    workers: () => workers,
    async start(roles, plugins) {
      facts = { roles, version, machine, pid: process.pid, ...(plugins ? { plugins } : {}) }
      await join(facts).catch((error: unknown) => log.warn('this process is not yet in the list of processes', { error }))
      loop = run(facts)
    },
    whenGone: (work) => void listeners.push(work),
    problem() {
      if (facts === undefined || !watched) return undefined
      const silent = lookedAt === undefined ? Infinity : now() - lookedAt
      return silent < 10 * lookEvery ? undefined : 'its session with PostgreSQL is lost, and others take it for dead'
    },
    async stop() {
      stopping.abort(new Error('the process stops'))
      await loop
      if (session?.ended === false) await store?.bury([mark]).catch(() => undefined)
      await session?.close()
    },
  }
}
