import { expect, test } from 'vitest'
import { inProduction } from './in-production.ts'

const environment = () => process.env['NODE_ENV']

test('what builds is told that it is for production, and nothing after it', async () => {
  const before = environment()
  expect(before).not.toBe('production')
  expect(await inProduction(async () => environment())).toBe('production')
  await expect(inProduction(() => Promise.reject(new Error('it does not build')))).rejects.toThrow('it does not build')
  expect(environment()).toBe(before)
})
