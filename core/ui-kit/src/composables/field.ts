import { computed, inject, provide, useId, type ComputedRef, type InjectionKey } from 'vue'

/** What a `UiField` tells the control inside it, so that label, help and error belong to it for a screen reader. */
export interface FieldContext {
  readonly id: string
  readonly label: string
  readonly describedBy: string | undefined
  readonly invalid: boolean
  readonly required: boolean
}

const fieldKey: InjectionKey<ComputedRef<FieldContext>> = Symbol.for('parley.ui-kit.field') as InjectionKey<ComputedRef<FieldContext>>

/** @internal */
export const provideField = (context: ComputedRef<FieldContext>): void => provide(fieldKey, context)

/** @internal Attributes for the control; explicit ones win. */
export function useFieldControl(own: () => { id?: string | undefined; invalid?: boolean | undefined; required?: boolean | undefined }) {
  const field = inject(fieldKey, undefined)
  const fallbackId = useId()
  return computed(() => {
    const { id, invalid, required } = own()
    return {
      id: id ?? field?.value.id ?? fallbackId,
      'aria-describedby': field?.value.describedBy,
      'aria-invalid': (invalid ?? field?.value.invalid) || undefined,
      'aria-required': (required ?? field?.value.required) || undefined,
    }
  })
}

/** @internal The words of the field around, for lists that open from its control. */
export function useFieldLabel(own: () => string | undefined) {
  const field = inject(fieldKey, undefined)
  return computed(() => own() ?? field?.value.label)
}
