import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildProgram, startProgram } from '@parley/test-kit'

/** One request as it came to the other side. */
export interface SinkRequest {
  /** `custom` takes a repeated key once, `parcel` would deliver it twice. */
  readonly channel: string
  readonly key: string
  readonly chat: string
  readonly text: string
  /** `none`: the connection was cut without an answer. */
  readonly answer: 200 | 429 | 500 | 'none'
  readonly at: number
}

export interface Sink {
  readonly port: number
  ledger(): Promise<SinkRequest[]>
  stop(): Promise<void>
}

/** The other side of both channels: a process of its own that counts what really arrives. */
export const startSink = async (
  root: string,
  options: { readonly rough: boolean; readonly seed: number; readonly patience: number },
): Promise<Sink> => {
  const program = await buildProgram(pathToFileURL(join(root, 'test/faults/sink.program.ts')))
  const { child, ready, ended } = await startProgram<{ port: number }>(program, options)
  return {
    port: ready.port,
    ledger: async () => (await (await fetch(`http://127.0.0.1:${ready.port}/ledger`)).json()) as SinkRequest[],
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
