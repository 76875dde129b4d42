import type { UserCodeLogLine } from '@parley/plugin-api'
import type { Answer, Outcome, RunRequest } from '../protocol.ts'

/** What a thread is started with. */
export interface ThreadSettings {
  /** Compiled once for all threads. */
  readonly engine: WebAssembly.Module
  /** MB that the engine may have, with all that the code keeps. */
  readonly memory: number
  /** Characters of JSON that may cross in one piece. */
  readonly dataSize: number
}

/** To a thread, which does one run at a time. */
export type ToThread = { readonly run: RunRequest } | { readonly call: number; readonly answer: Answer }

/** From a thread. */
export type FromThread =
  | { readonly type: 'ready' }
  | { readonly type: 'log'; readonly line: UserCodeLogLine }
  | { readonly type: 'call'; readonly call: number; readonly name: string; readonly args: string }
  /** `spent`: why the thread must not be used again. */
  | { readonly type: 'done'; readonly outcome: Outcome; readonly duration: number; readonly spent?: string }
