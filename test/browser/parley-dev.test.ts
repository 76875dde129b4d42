import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestBrowser } from './browser.ts'
import { Desk } from './desk.ts'
import { parleyPlugin, writeHello } from './hello-plugin.ts'
import { administrator, ParleyHost } from './parley-host.ts'

const folder = mkdtempSync(join(tmpdir(), 'acme-dev-'))
const within = { timeout: 60_000 }
let host: ParleyHost
let browser: TestBrowser
let tools: ChildProcess
let said = ''

beforeAll(async () => {
  writeHello(folder)
  host = await ParleyHost.start()
  await host.stop()
  await host.run('dev')
  browser = await TestBrowser.start()
  tools = spawn(process.execPath, [parleyPlugin, 'dev', folder, '--host', host.url], { stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [tools.stdout, tools.stderr]) stream!.on('data', (chunk: Buffer) => (said += chunk.toString()))
})
afterAll(async () => {
  const ended = tools && tools.exitCode === null ? once(tools, 'exit') : undefined
  tools?.kill()
  await ended
  await browser?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

test('an open page shows what was changed in the source of its plugin, and nobody touches it', async () => {
  await expect.poll(() => said, within).toContain('hello 1.0.0 is running')
  const desk = new Desk(await browser.person())
  const { page } = desk
  await desk.signIn(host.url, administrator)
  await page.goto(`${host.url}/hello`)
  await page.getByTestId('greeting').getByText('Greetings from afar').waitFor()

  const file = join(folder, 'src/ui/HelloPage.vue')
  const source = readFileSync(file, 'utf8')
  writeFileSync(file, source.replace('{{ words }}', 'Changed while it was open: {{ words }}'))
  await page.getByTestId('greeting').getByText('Changed while it was open: Greetings from afar').waitFor(within)

  // What cannot be built is said to the author; the page stays as it is.
  writeFileSync(file, source.replace('</template>', ''))
  await expect.poll(() => said, within).toContain('HelloPage.vue')
  await page.getByTestId('greeting').getByText('Changed while it was open: Greetings from afar').waitFor(within)
})
