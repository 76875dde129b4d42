import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@parley/plugin-api'
import { prepareBinaries } from './binaries.ts'
import { claimFolder, type FolderClaim } from './folder-claim.ts'
import { initialiseData } from './initialise-data.ts'
import { isServerOf } from './lock-file.ts'
import { chooseServerFolder } from './server-folder.ts'
import { findRunningServer, launchServer, serverUrl, stopServer, type RunningServer, type ServerOptions } from './server-process.ts'

export interface EmbeddedPostgresOptions {
  readonly dataDir: string
  readonly log: Logger
  /** Server settings beyond ours, such as `fsync: 'off'` for tests. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface EmbeddedPostgres {
  /** Stays the same while this process lives, also over a restart of the server. */
  readonly url: string
  /** Process id of the server at the start. */
  readonly pid: number
  /** True when a server of an earlier process was found alive. */
  readonly adopted: boolean
  /** Where the data is, when the folder asked for could not be used. */
  readonly dataDir: string
  stop(): Promise<void>
}

/**
 * The PostgreSQL that comes with Parley. It outlives a Parley that is killed and is found again by the next; it is started again when it dies;
 * `stop` ends it. One Parley a folder.
 */
export const startEmbeddedPostgres = async ({ dataDir, log, settings = {} }: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const folder = chooseServerFolder(resolve(dataDir), log)
  const binaries = await prepareBinaries(folder)
  const options: ServerOptions = { folder, binaries, password: initialiseData(folder, binaries), settings }
  const found = await findRunningServer(options)
  const server = found ?? (await launchServer(options))
  const url = serverUrl(server.port, options.password)
  const keeper = new ServerKeeper(options, server, await claimFolder(url, folder.data), log)
  return { url, pid: server.pid, adopted: found !== undefined, dataDir: folder.data, stop: () => keeper.stop() }
}

/** Holds the claim on the folder; when it is lost, waits for the server or starts it again, on the same port. */
class ServerKeeper {
  readonly #options: ServerOptions
  readonly #log: Logger
  readonly #watch: Promise<void>
  #server: RunningServer
  #claim: FolderClaim
  #stopping = false

  constructor(options: ServerOptions, server: RunningServer, claim: FolderClaim, log: Logger) {
    this.#options = options
    this.#server = server
    this.#claim = claim
    this.#log = log
    this.#watch = this.#keep()
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await stopServer(this.#options, this.#server)
    await this.#claim.release().catch(() => {})
    await this.#watch
  }

  async #keep(): Promise<void> {
    await this.#claim.lost
    while (!this.#stopping) {
      try {
        await this.#recover()
        await this.#claim.lost
      } catch (error) {
        this.#log.error('the embedded PostgreSQL is not back yet', { error })
        await delay(1_000)
      }
    }
  }

  async #recover(): Promise<void> {
    const { data } = this.#options.folder
    if (!isServerOf(data, this.#server.pid)) {
      this.#log.error('the embedded PostgreSQL has ended and is started again', { pid: this.#server.pid })
      this.#server = await launchServer(this.#options, this.#server.port)
    }
    const claim = await claimFolder(serverUrl(this.#server.port, this.#options.password), data)
    this.#claim = claim
    if (this.#stopping) await stopServer(this.#options, this.#server)
  }
}
