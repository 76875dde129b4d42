import { Random } from './random.ts'

export type Mode = 'memory' | 'bull'

/** One run: a way to deploy Parley, a load, and what goes wrong meanwhile. */
export interface Plan {
  readonly name: string
  readonly mode: Mode
  readonly processes: number
  /** Seconds of load. */
  readonly seconds: number
  /** New messages a second, each sent three times. */
  readonly rate: number
  readonly conversations: number
  readonly kills: number
  readonly flushes: number
  readonly restarts: number
  /** The other side answers 500, 429 or not at all now and then. */
  readonly rough: boolean
  readonly seed: number
}

export interface Fault {
  readonly kind: 'kill' | 'flush' | 'restart'
  /** Milliseconds after the load has begun. */
  readonly at: number
}

const common = { rate: 200, conversations: 120 }

export const shortPlan = (mode: Mode, processes: number, seed: number): Plan => ({
  ...common,
  name: `${mode} × ${processes}, short`,
  mode,
  processes,
  seconds: 20,
  kills: 3,
  flushes: mode === 'bull' ? 1 : 0,
  restarts: 1,
  rough: false,
  seed,
})

export const fullPlan = (mode: Mode, processes: number, seed: number): Plan => ({
  ...shortPlan(mode, processes, seed),
  name: `${mode} × ${processes}`,
  seconds: 75,
  kills: 10,
  flushes: mode === 'bull' ? 2 : 0,
  rough: true,
})

/** Each kind of fault spread over the time of the load, at random within its share. */
export const faultsOf = ({ kills, flushes, restarts, seconds, seed }: Plan): Fault[] => {
  const random = new Random(seed)
  const spread = (kind: Fault['kind'], count: number): Fault[] =>
    Array.from({ length: count }, (_, index) => ({ kind, at: ((index + random.between(0.15, 0.9)) * seconds * 1000) / count }))
  return [...spread('kill', kills), ...spread('flush', flushes), ...spread('restart', restarts)].sort((a, b) => a.at - b.at)
}
