import { expect, test } from 'vitest'
import { errorTable } from './error-table.ts'

test('docs/errors.md is current', async () => {
  await expect(errorTable()).toMatchFileSnapshot('../../../docs/errors.md')
})
