import type { UserCodeFailure, UserCodeLogLine } from '@parley/plugin-api'

/** What a run is made of, with its JSON as text: only the two ends read it. */
export interface RunRequest {
  readonly name: string
  readonly source: string
  readonly call?: string
  /** JSON. */
  readonly input: string
  /** Names of what the code may ask for. */
  readonly functions: readonly string[]
  /** Milliseconds. */
  readonly timeLimit: number
  /** For the log of the runner. */
  readonly plugin: string
}

/** Why a run failed, and where. */
export interface Failure {
  /** `refused`: it has not begun, and another runner may take it. `too_large`: source or input. */
  readonly reason: UserCodeFailure | 'refused' | 'too_large'
  readonly message: string
  readonly line?: number
  readonly column?: number
  readonly trace?: string
}

/** How a run ended: with JSON, or not. */
export type Outcome = { readonly value: string } | { readonly failure: Failure }

/** What a function of the caller answered: JSON, or what the code may know of the error. */
export type Answer = { readonly value: string } | { readonly error: { readonly message: string; readonly code?: string } }

/** How much a runner does. */
export interface RunnerState {
  /** Made at its start; two connections to one runner are known by it. */
  readonly runner: string
  /** Runs that it does at once. */
  readonly parallel: number
  readonly running: number
  readonly waiting: number
  /** Threads that had to be replaced since the start, by why. */
  readonly replaced: Readonly<Record<string, number>>
  /** It ends what it has and takes nothing new. */
  readonly draining: boolean
}

/** From who wants code to run. */
export type CallerMessage =
  | ({ readonly type: 'run'; readonly id: number } & RunRequest)
  | { readonly type: 'answer'; readonly id: number; readonly call: number; readonly answer: Answer }
  | { readonly type: 'cancel'; readonly id: number }

/** From the runner. Lines of the log go with what comes next, so that they are known when it dies afterwards. */
export type RunnerMessage =
  | { readonly type: 'state'; readonly state: RunnerState }
  | {
      readonly type: 'call'
      readonly id: number
      readonly call: number
      readonly name: string
      readonly args: string
      readonly log: readonly UserCodeLogLine[]
    }
  | { readonly type: 'done'; readonly id: number; readonly outcome: Outcome; readonly log: readonly UserCodeLogLine[]; readonly duration: number }

/** Bytes of the largest message. What is in it is kept far below by `runner.dataSize`, so that one run never ends the connection of all. */
export const largestMessage = 64 * 1024 * 1024

/** Of what the code writes; one line more says that there were more. */
export const logLimits = { lines: 200, characters: 2000 }
/** Characters of the stack of an error. */
export const longestTrace = 8000
/** Calls of functions that one run may have in the hands of its caller; the others wait inside. */
export const callsAtOnce = 16
