import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTestDatabase, endWithThisProcess, freePort, until, type TestDatabase } from '@parley/test-kit'
import { Api } from './api.ts'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

const plugins = [
  'identity',
  'clients',
  'conversations',
  'scenario-runtime',
  'operator-panel',
  'action-jail',
  'channel-widget',
  'channel-telegram',
  'channel-custom',
]

export const administrator = { login: 'admin@parley.test', password: 'Browsers-open-this-1' }

/** The real host: what is built, as in production, with a database, a configuration and a port of its own. */
export class ParleyHost implements AsyncDisposable {
  readonly home = mkdtempSync(join(tmpdir(), 'parley-browser-'))
  readonly url: string
  readonly #port: number
  readonly #database: TestDatabase
  #child: ChildProcess | undefined
  #release: () => void = () => undefined
  #output = ''

  /** @param settings of the host itself, beside those every test has. */
  static async start(settings: object = {}): Promise<ParleyHost> {
    const host = await ParleyHost.prepare(settings)
    await host.run()
    return host
  }

  /** Installed and not started. */
  static async prepare(settings: object = {}): Promise<ParleyHost> {
    return new ParleyHost(await freePort(), await createTestDatabase(), settings)
  }

  get database(): TestDatabase {
    return this.#database
  }

  private constructor(port: number, database: TestDatabase, settings: object) {
    this.#port = port
    this.#database = database
    this.url = `http://127.0.0.1:${port}`
    mkdirSync(join(this.home, 'config'))
    for (const part of ['node_modules', 'ui-shell']) symlinkSync(join(repository, part), join(this.home, part))
    const config = {
      host: { critical: ['identity', 'conversations'], ...settings },
      database: { migrate: 'auto' },
      plugins: Object.fromEntries(plugins.map((id) => [id, { package: `@parley/plugin-${id}` }])),
    }
    // JSON is YAML
    writeFileSync(join(this.home, 'config/default.yaml'), JSON.stringify(config, undefined, 2))
  }

  /** Changes `config/default.yaml`, as its deployer would; it counts from the next start and for the next command. */
  configure(change: (config: any) => void): void {
    const file = join(this.home, 'config/default.yaml')
    const config: unknown = JSON.parse(readFileSync(file, 'utf8'))
    change(config)
    writeFileSync(file, JSON.stringify(config, undefined, 2))
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.run()
  }

  /** The port stays the same, so that pages find the host again. */
  async run(command: 'start' | 'dev' = 'start'): Promise<void> {
    const child = this.#spawn([command])
    this.#child = child
    this.#release = endWithThisProcess(child.pid)
    await until(
      () => {
        if (child.exitCode !== null) throw new Error(`Parley ended:\n${this.#output}`)
        return this.#output.includes('Parley is ready at ')
      },
      { within: 60_000 },
    )
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    this.#output = ''
    if (child === undefined || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
    this.#release()
  }

  /** `parley <words>` on this installation; answers what it printed. */
  async command(...words: readonly string[]): Promise<string> {
    let output = ''
    const child = this.#spawn(words)
    for (const stream of [child.stdout, child.stderr]) stream!.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number]
    if (code !== 0) throw new Error(output)
    return output
  }

  async api({ login, password } = administrator): Promise<Api> {
    return Api.signIn(this.url, login, password)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await this.#database.close()
    rmSync(this.home, { recursive: true, force: true })
  }

  #spawn(words: readonly string[]): ChildProcess {
    const { PATH, HOME } = process.env
    const child = spawn(process.execPath, [join(repository, 'host/dist/main.js'), ...words], {
      cwd: this.home,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH,
        HOME,
        NODE_ENV: words[0] === 'dev' ? 'development' : 'production',
        PARLEY_HOME: this.home,
        PARLEY_DATA_DIR: join(this.home, 'data'),
        PARLEY_LOG_LEVEL: 'warn',
        DATABASE_URL: this.#database.url,
        PORT: String(this.#port),
        PARLEY_ADMIN_LOGIN: administrator.login,
        PARLEY_ADMIN_PASSWORD: administrator.password,
      },
    })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (this.#output += chunk.toString()))
    return child
  }
}
