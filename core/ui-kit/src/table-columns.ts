/** A column of `UiTable`; its cell is the slot `cell-<id>`, else `value(row)`, else the row's property of that id. */
export interface TableColumn<Row> {
  readonly id: string
  readonly label: string
  readonly value?: (row: Row) => string | number | boolean | undefined
  readonly sortable?: boolean
  /** CSS length; columns without one share the rest. */
  readonly width?: string
  readonly align?: 'start' | 'end' | 'center'
  /** Leaves on narrow screens. */
  readonly minor?: boolean
}

/** By which column a table is sorted, and in which direction. */
export interface TableSort {
  readonly column: string
  readonly descending: boolean
}

/** @internal */
export const cellValue = <Row>(column: TableColumn<Row>, row: Row): string | number | boolean | undefined =>
  column.value ? column.value(row) : ((row as Record<string, unknown>)[column.id] as string | number | boolean | undefined)

/** Rows in the order of `sort`, for tables whose rows are all here. @example sortRows(users, columns, sort, locale) */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  sort: TableSort | undefined,
  locale: string,
): readonly Row[] {
  const column = columns.find((candidate) => candidate.id === sort?.column)
  if (!sort || !column) return rows
  const collator = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' })
  const sign = sort.descending ? -1 : 1
  return [...rows].sort((one, other) => sign * collator.compare(String(cellValue(column, one) ?? ''), String(cellValue(column, other) ?? '')))
}
