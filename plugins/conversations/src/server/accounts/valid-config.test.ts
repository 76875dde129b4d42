import { expect, test } from 'vitest'
import { z } from 'zod'
import type { ChannelDriver } from '../../api/index.ts'
import { validConfig } from './valid-config.ts'

const accountSchema = z.object({
  token: z.string().min(1),
  note: z.string().optional(),
  apiUrl: z.url().default('https://api.example.com'),
  avatar: z.url().optional(),
  proxy: z.object({ address: z.url().optional() }).optional(),
})
const valid = (config: object) => validConfig({ accountSchema } as unknown as ChannelDriver, config)

test('an address that may be absent and is sent empty is absent, at any depth', async () => {
  expect(await valid({ token: 't', avatar: '', apiUrl: '', proxy: { address: '' } })).toEqual({
    token: 't',
    apiUrl: 'https://api.example.com',
    proxy: {},
  })
})

test('an empty text stays where the channel takes it', async () => {
  expect(await valid({ token: 't', note: '' })).toMatchObject({ note: '' })
})

test('what must be there is asked for by its name, with everything else that is wrong', async () => {
  const issues = [{ path: 'token' }, { path: 'avatar' }]
  await expect(valid({ token: '', avatar: 'no address' })).rejects.toMatchObject({ code: 'invalid_input', details: { issues } })
  await expect(valid({ token: '', avatar: '' })).rejects.toThrow(/^The settings of the channel are not complete: token: /)
})
