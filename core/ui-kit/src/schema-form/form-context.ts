import { inject, provide, type InjectionKey } from 'vue'
import type { JsonSchema } from './json-schema.ts'
import type { FormPath } from './validate-value.ts'

/** @internal What the fields of one form share. */
export interface FormContext {
  readonly root: () => JsonSchema
  readonly disabled: () => boolean
  readonly error: (path: FormPath) => string | undefined
  readonly touch: (path: FormPath) => void
  /** The label or help of a field in the reader's language. */
  readonly words: (path: FormPath, kind: 'title' | 'description', fallback: string | undefined) => string | undefined
  readonly choiceLabel: (path: FormPath, value: string, fallback: string) => string
}

const key: InjectionKey<FormContext> = Symbol.for('parley.ui-kit.form') as InjectionKey<FormContext>
export const provideForm = (context: FormContext): void => provide(key, context)
export function useForm(): FormContext {
  const context = inject(key)
  if (!context) throw new Error('"SchemaField" needs a UiSchemaForm around it.')
  return context
}
