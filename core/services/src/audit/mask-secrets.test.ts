import { secretMask } from '@parley/plugin-api'
import { describe, expect, test } from 'vitest'
import { maskSecrets } from './mask-secrets.ts'

describe('maskSecrets', () => {
  test('masks texts under names of secrets at any depth', () => {
    expect(maskSecrets({ password: 'p', deep: [{ apiKey: 'k', access_token: 't', webhookSecret: 's' }], Authorization: 'a' })).toEqual({
      password: secretMask,
      deep: [{ apiKey: secretMask, access_token: secretMask, webhookSecret: secretMask }],
      Authorization: secretMask,
    })
  })

  test('leaves what only looks similar, numbers, empty secrets and dates', () => {
    const at = new Date(0)
    const value = { tokens: 3, tokenCount: 'three', secretary: 'Oksana', password: '', key: 'k', keyboard: 'inline', at, token: 5 }
    expect(maskSecrets(value)).toEqual(value)
  })
})
