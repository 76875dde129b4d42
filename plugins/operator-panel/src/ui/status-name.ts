import type { useText } from '@parley/ui-sdk'

/** The names of the statuses that are there from the start are ours to translate; renamed and added ones are the administrator's. */
export const statusName = (name: string, { t, has }: Pick<ReturnType<typeof useText>, 't' | 'has'>): string => {
  const key = `statuses.${name.toLowerCase()}`
  return /^(Online|Busy|Away|Offline)$/.test(name) && has(key) ? t(key) : name
}
