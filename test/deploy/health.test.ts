import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { read, repository } from './files.ts'

const run = promisify(execFile)
const answers: Record<string, number> = { '/health/live': 200, '/health/ready': 503 }
const server = createServer(({ url }, response) => response.writeHead(answers[url!] ?? 404).end())
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => void server.close())

const code = (port: number, what: string): Promise<number> =>
  run('bash', [`${repository}/deploy/health.sh`, what], { env: { PATH: process.env['PATH'], PORT: String(port) } }).then(
    () => 0,
    (error: { code: number }) => error.code,
  )

test('a container is healthy when the process says so, and not when nobody answers', async () => {
  const { port } = server.address() as AddressInfo
  expect([await code(port, 'live'), await code(port, 'ready')]).toEqual([0, 1])
  answers['/health/ready'] = 200
  expect(await code(port, 'ready')).toBe(0)
  expect(await code(1, 'live')).toBe(1)
})

test('health checks are words without blanks, which podman joins and takes apart again', () => {
  const [, image] = /^HEALTHCHECK .* CMD (\[.*\])$/m.exec(read('Dockerfile'))!
  const checks = [...read('compose/compose.yaml').matchAll(/test: \[(.*?)\]/g)].map(([, words]) => words!.split(', '))
  expect(checks.length).toBe(4)
  for (const words of [JSON.parse(image!) as string[], ...checks]) expect(words.filter((word) => /\s/.test(word))).toEqual([])
  expect(image).toContain('"/parley/deploy/health.sh", "live"')
  expect(checks[0]).toEqual(['CMD', 'bash', '/parley/deploy/health.sh', 'ready'])
})
