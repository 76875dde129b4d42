/** What one runner gives to the code of users. */
export interface RunnerLimits {
  /** Milliseconds that a run may take at most. */
  readonly timeLimit: number
  /** MB for each run. */
  readonly memory: number
  /** Runs at once. */
  readonly parallel: number
  /** Runs that wait for their turn. */
  readonly waiting: number
  /** Milliseconds that they wait. */
  readonly waitTime: number
  /** Characters of JSON, or of source, that cross in one piece: source, input, result, arguments and answers of functions. */
  readonly dataSize: number
}
