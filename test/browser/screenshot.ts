import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** Keeps a picture of the page where `PARLEY_SCREENSHOTS` says; without it, nothing. For looking at what tests see. */
export const picture = async (page: Page, name: string): Promise<void> => {
  const folder = process.env['PARLEY_SCREENSHOTS']
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}
