import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { run } from './run.mjs'

const succeeds = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0
const prints = (command, ...args) => (spawnSync(command, args, { encoding: 'utf8' }).stdout ?? '').trim() !== ''

const chromiums = [
  process.env['CHROMIUM_PATH'],
  // without the windows of a desktop, which nobody sees in a test: half of the work
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The browser that tests drive; `undefined` when there is none. */
export const findChromium = () => chromiums.find((path) => path && existsSync(path))

const hasFont = (pattern) => process.platform !== 'linux' || prints('fc-list', pattern)

/** What the tests need beyond npm packages: how it is found, and how Debian calls it. */
export const testTools = [
  { name: 'Chromium', found: () => findChromium() !== undefined, packages: ['chromium-headless-shell'] },
  { name: 'a font with Cyrillic letters', found: () => hasFont(':lang=uk'), packages: ['fonts-dejavu-core', 'fontconfig'] },
  { name: 'a font with emoji', found: () => hasFont(':lang=und-zsye'), packages: ['fonts-noto-color-emoji', 'fontconfig'] },
  { name: 'redis-server', found: () => succeeds('redis-server', '--version'), packages: ['redis-server'] },
  {
    name: 'PgBouncer',
    // Debian has it where only administrators look
    found: () => existsSync('/usr/sbin/pgbouncer') || succeeds('pgbouncer', '--version'),
    packages: ['pgbouncer'],
  },
]

/** Debian's PostgreSQL 15, for the second run of the tests that use a database. */
export const postgres15 = {
  name: 'PostgreSQL 15',
  found: () => existsSync('/usr/lib/postgresql/15/bin/postgres'),
  packages: ['postgresql-15'],
}

const mayInstall = () => process.getuid?.() === 0 && succeeds('apt-get', '--version')

/** Installs what is missing where that is allowed; otherwise answers the one sentence that says what to install. */
export const bringTools = async (tools = testTools) => {
  const missing = () => tools.filter((tool) => !tool.found())
  if (missing().length > 0 && mayInstall()) {
    const packages = [...new Set(missing().flatMap((tool) => tool.packages))]
    console.log(`Installing ${packages.join(', ')} …`)
    // No service is started by an installation: the tests bring their own servers.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
    await run('apt-get', ['update'], { env, quiet: true })
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env, quiet: true })
  }
  const left = missing()
  if (left.length === 0) return undefined
  const names = left.map((tool) => tool.name).join(', ')
  return `The tests need ${names}; install them (Debian: apt-get install ${left.flatMap((tool) => tool.packages).join(' ')}) and run the tests again.`
}
