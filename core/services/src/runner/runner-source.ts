import type { RunnerLink } from './runner-link.ts'

/** Where runners come from. */
export interface RunnerSource {
  /** Those that are connected. */
  links(): readonly RunnerLink[]
  /** When something was tried to have one; at once when there is one. */
  ready(): Promise<void>
  /** Why there is none, as a sentence. */
  problem(): string | undefined
  stop(): Promise<void>
}
