import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { endWithThisProcess } from '@parley/test-kit'

export interface ServerProcess {
  readonly pid: number
  kill(): Promise<void>
  /** It and its children stand still, as a machine that hangs: connections stay open and nothing answers. */
  freeze(): void
  thaw(): void
}

export interface ServerProcessOptions {
  readonly uid?: number
  readonly gid?: number
  /** Where its output goes; a server that does not start says why. */
  readonly logFile: string
}

/** Only Linux tells; elsewhere they notice soon that their parent has gone. */
const childrenOf = (pid: number): number[] => {
  const file = `/proc/${pid}/task/${pid}/children`
  return existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number) : []
}

/** A server in a process of its own, and its sudden end: as when its machine goes, no child of it says goodbye either. */
export const startServerProcess = (command: string, args: readonly string[], { uid, gid, logFile }: ServerProcessOptions): ServerProcess => {
  const log = createWriteStream(logFile, { flags: 'a' })
  // Debian has PgBouncer where only administrators look
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` }
  const child = spawn(command, args, { cwd: '/', env, ...(uid === undefined ? {} : { uid, gid }), stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void log.write(chunk))
  child.once('error', (error) => log.write(`${error.message}\n`))
  const release = endWithThisProcess(child.pid)
  const signal = (name: NodeJS.Signals): void => {
    const { pid } = child
    if (pid === undefined) return
    for (const one of [pid, ...childrenOf(pid)]) {
      try {
        process.kill(one, name)
      } catch {
        // it has ended by itself
      }
    }
  }
  const kill = async (): Promise<void> => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    signal('SIGKILL')
    await ended
    release()
  }
  return { pid: child.pid ?? 0, kill, freeze: () => signal('SIGSTOP'), thaw: () => signal('SIGCONT') }
}
