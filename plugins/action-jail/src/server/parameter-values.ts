import type { StepContext } from '@parley/plugin-scenario-runtime/api'
import type { ActionConfig } from './action-config.ts'

const typed = (type: ActionConfig['parameters'][number]['type'], value: unknown): unknown => {
  if (typeof value !== 'string') return value
  if (type === 'number' || type === 'integer') return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

/** Parameters with their placeholders filled: texts stay texts, everything else takes the value itself. */
export const typedValues = (
  { parameters }: ActionConfig,
  context: Pick<StepContext, 'fill' | 'values'>,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> =>
  Object.fromEntries(
    parameters
      .filter(({ name }) => given[name] !== undefined)
      .map(({ name, type }) => {
        const isText = type === 'string' || type === 'text' || type === 'select'
        return [name, isText ? context.fill(given[name]) : typed(type, context.values(given[name]))]
      }),
  )
