import { ParleyError, type SchemaIssue, type SettingsPage } from '@parley/plugin-api'

/** What is about to be saved: all problems together. */
export async function validateSettings(page: SettingsPage, value: unknown): Promise<unknown> {
  const result = await page.schema['~standard'].validate(value)
  if (result.issues === undefined) return result.value
  const issues = (result.issues as SchemaIssue[]).map((issue) => ({ path: path(issue), message: issue.message }))
  throw new ParleyError('invalid_input', `"${page.title}": ${issues.map((issue) => `${issue.path || 'the value'}: ${issue.message}`).join('; ')}`, {
    details: { issues },
  })
}

/**
 * What was saved, perhaps by an older release: a property that does not fit any more falls back to its default, so that one of them cannot stop
 * a plugin. Nothing saved gives the defaults.
 */
export async function readSettings(page: SettingsPage, stored: unknown, dropped: (paths: readonly string[]) => void): Promise<unknown> {
  const value = stored ?? {}
  const first = await page.schema['~standard'].validate(value)
  if (first.issues === undefined) return first.value
  const issues = first.issues as SchemaIssue[]
  const names = new Set(issues.map((issue) => path(issue).split('.')[0]))
  const fitting = Object.fromEntries(Object.entries(value).filter(([name]) => !names.has(name)))
  const second = await page.schema['~standard'].validate(fitting)
  if (second.issues !== undefined) {
    throw new ParleyError(
      'invalid_config',
      `The settings "${page.id}" need a default for ${[...names].join(', ')}: give every property one in the schema.`,
    )
  }
  if (stored !== undefined) dropped(issues.map(path))
  return second.value
}

const path = (issue: SchemaIssue): string => (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
