/** `2026-08`, in UTC: months compare as texts do. */
export type Month = string

export const monthOf = (moment: Date): Month => moment.toISOString().slice(0, 7)

/** The beginning of the month that is so many months away. */
export const monthStart = (month: Month, away = 0): Date => {
  const [year, index] = month.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, index - 1 + away, 1))
}
