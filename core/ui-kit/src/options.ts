/** A choice of `UiSelect` and `UiCombobox`. */
export interface SelectOption<T extends string = string> {
  readonly value: T
  readonly label: string
  readonly hint?: string
  readonly icon?: string
  /** 1…8: a dot in a categorical colour. */
  readonly category?: number
  readonly disabled?: boolean
  /** Options with the same group stand under its heading. */
  readonly group?: string
}

/** @internal Options under their headings, in the order in which the headings first appear. */
export function optionGroups<O extends SelectOption>(options: readonly O[]): { heading: string | undefined; options: O[] }[] {
  const groups = new Map<string | undefined, O[]>()
  for (const option of options) {
    const group = groups.get(option.group)
    if (group) group.push(option)
    else groups.set(option.group, [option])
  }
  return [...groups].map(([heading, members]) => ({ heading, options: members }))
}
