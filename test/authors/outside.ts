import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { packedFrom } from '../../scripts/lib/pack-packages.mjs'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

/**
 * Somebody's own machine: a folder outside the workspace with the packages of Parley as `npm run pack` made them. Other packages are links to the
 * repository's copies, so that the test needs no registry; npm would put the same versions there.
 */
export class Outside implements Disposable {
  readonly home = mkdtempSync(join(tmpdir(), 'parley-author-'))
  readonly packages: string

  /** The packages are made once for all tests, until their sources change. */
  static async open(): Promise<Outside> {
    const all = join(repository, '.cache/packed')
    const current = packedFrom()
    const outside = new Outside(join(all, current))
    if (existsSync(outside.packages)) return outside
    mkdirSync(all, { recursive: true })
    for (const old of readdirSync(all)) if (!old.startsWith(current)) rmSync(join(all, old), { recursive: true })
    const unfinished = `${outside.packages}-${process.pid}`
    await outside.#run(process.execPath, [join(repository, 'scripts/pack.mjs'), unfinished], repository)
    try {
      renameSync(unfinished, outside.packages)
    } catch (error) {
      // A test that ran beside this one was faster.
      rmSync(unfinished, { recursive: true })
      if (!existsSync(outside.packages)) throw error
    }
    return outside
  }

  private constructor(packages: string) {
    this.packages = packages
  }

  /** `parley-plugin create` with the packed tools. */
  async create(kind: string): Promise<string> {
    const tools = join(this.home, 'tools')
    mkdirSync(tools)
    this.install(tools)
    const folder = join(this.home, kind)
    await this.parleyPlugin(tools, 'create', folder, '--kind', kind, '--name', `acme-${kind}`, '--title', `Acme ${kind}`, '--packages', this.packages)
    rmSync(tools, { recursive: true })
    this.install(folder)
    return folder
  }

  /** A plugin of the examples, as somebody has it who copied that folder and no more. */
  copy(example: string): string {
    const folder = join(this.home, example)
    const own = (path: string): boolean => !/\/(node_modules|dist)$|\.tgz$/.test(path)
    cpSync(join(repository, 'examples', example), folder, { recursive: true, filter: own })
    this.install(folder)
    return folder
  }

  /** What `npm install` does with the tarballs. */
  install(folder: string): void {
    const modules = join(folder, 'node_modules')
    mkdirSync(join(modules, '@parley'), { recursive: true })
    for (const tarball of readdirSync(this.packages)) {
      const name = /^parley-(.+?)-\d/.exec(tarball)![1]!
      const target = join(modules, '@parley', name)
      mkdirSync(target)
      execFileSync('tar', ['-xzf', join(this.packages, tarball), '-C', target, '--strip-components=1'])
      const source = ['core', 'plugins'].map((parent) => join(repository, parent, parent === 'core' ? name : name.replace('plugin-', '')))
      for (const own of source) linkAll(join(own, 'node_modules'), join(target, 'node_modules'))
    }
    linkAll(join(repository, 'node_modules'), modules)
  }

  parleyPlugin(folder: string, ...words: readonly string[]): Promise<string> {
    return this.#run(process.execPath, [join(folder, 'node_modules/@parley/plugin-tools/bin/parley-plugin.js'), ...words], folder)
  }

  /** `npm run <script>` of the plugin, by its own words. */
  script(folder: string, name: string): Promise<string> {
    const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
    const [command, ...words] = scripts[name]!.split(' ')
    return this.#run(join(folder, 'node_modules/.bin', command!), words, folder)
  }

  [Symbol.dispose](): void {
    rmSync(this.home, { recursive: true, force: true })
  }

  async #run(command: string, words: readonly string[], cwd: string): Promise<string> {
    // A test run of ours must not be mistaken for the author's.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|PARLEY_|NODE_OPTIONS|NODE_ENV|TEST$)/.test(name)))
    try {
      const { stdout, stderr } = await run(command, words, { cwd, env: { ...env, NO_COLOR: '1' }, maxBuffer: 64 * 1024 * 1024 })
      return stdout + stderr
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string }
      throw new Error(`${command} ${words.join(' ')} failed:\n${stdout ?? ''}\n${stderr ?? ''}`, { cause: error })
    }
  }
}

/** Packages that npm has put into a folder, all but those of Parley. */
function linkAll(from: string, to: string): void {
  if (!existsSync(from)) return
  mkdirSync(to, { recursive: true })
  const names = readdirSync(from).filter((name) => name !== '@parley' && !/^\.(parley|vite)/.test(name))
  for (const name of names) symlinkSync(join(from, name), join(to, name))
}
