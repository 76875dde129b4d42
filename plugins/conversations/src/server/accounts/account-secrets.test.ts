import { expect, test } from 'vitest'
import { z } from 'zod'
import { secretNames } from './account-secrets.ts'

test('a secret of a form is known as one also where it may be left out or be something else', () => {
  const secret = z.string().meta({ format: 'password' })
  const form = z.object({ url: z.string(), plain: secret, optional: secret.optional(), empty: secret.default(''), nullable: secret.nullable() })
  expect(secretNames(form)).toEqual(['plain', 'optional', 'empty', 'nullable'])
})
