import type { Wake } from '../../api/index.ts'

/** What the run waits for. `id` is the step's, `timer` that of this very wait, so that an old timer wakes nobody. */
export interface Waiting {
  readonly for: 'input' | 'resume'
  readonly id: string
  readonly timer?: string
}

/** A call to the outside world whose intent was committed before it was made. */
export interface CallRecord {
  readonly key: string
  readonly repeatable: boolean
  /** Hash of method and URL, so that an answer is given to the same call only; calls recorded before there was one have none. */
  readonly request?: string
  /** Known only once a later call of the same step was begun. */
  readonly answer?: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
}

/** A step that was under way at the last commit: where to go on when the process dies. */
export interface Interrupted {
  readonly item: string
  readonly node: string
  readonly wake?: Wake
  readonly waitId: string
  readonly steps: number
  readonly calls: readonly CallRecord[]
}

/** A side path (a late outcome) gives the wait it came upon back when it ends. */
export interface Parked {
  readonly node: string
  readonly waiting: Waiting
  readonly memory?: Record<string, unknown>
}

/** The documented state is `const` and `node`; the rest is what a run needs to survive. */
export interface SessionState {
  const: Record<string, unknown>
  memory?: Record<string, unknown> | undefined
  waiting?: Waiting | undefined
  /** Branches of a router that still have to run. */
  branches?: string[] | undefined
  /** Steps that handed out their id and were left: late outcomes find their node here. */
  left?: { readonly id: string; readonly node: string }[] | undefined
  parked?: Parked | undefined
  interrupted?: Interrupted | undefined
  /** The last item that was handled. */
  item?: string
}

export interface Session {
  versionId: string
  /** The node the run stands in; nothing when it is over. */
  node: string | undefined
  state: SessionState
  /** Lines of JSON, newest last; see run-history.ts. */
  history: string
  /** How often it was stored; 0 before the first time. */
  version: number
}

const maxLeft = 10

/** Keeps the id of a step that is left, for late outcomes. */
export const rememberLeft = (state: SessionState, id: string, node: string): void => {
  state.left = [...(state.left ?? []).filter((step) => step.id !== id), { id, node }].slice(-maxLeft)
}
