/** A line of a menu. `run` is called on choice; `children` open a submenu; `keys` are shown, not bound. */
export interface MenuAction {
  readonly label: string
  readonly icon?: string
  readonly hint?: string
  readonly keys?: string
  readonly danger?: boolean
  readonly disabled?: boolean
  /** Set on lines that are chosen or not; shows a check mark. */
  readonly checked?: boolean
  readonly run?: () => void
  readonly children?: readonly MenuEntry[]
  readonly testId?: string
}

/** What a menu is made of: lines, headings over them, rules between them. */
export type MenuEntry = MenuAction | { readonly heading: string } | 'separator'
