import { fill, type KitTexts } from './kit-texts.ts'

/** 1536 → `1.5 kB`. @example fileSize(file.size, 'uk') */
export function fileSize(bytes: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const step = Math.min(units.length - 1, bytes > 0 ? Math.floor(Math.log10(bytes) / 3) : 0)
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit: units[step] ?? 'byte', unitDisplay: 'short', maximumFractionDigits: 1 })
  return format.format(bytes / 1000 ** step)
}

const accepts = (file: File, accept: string): boolean =>
  accept
    .split(',')
    .map((rule) => rule.trim().toLowerCase())
    .some((rule) =>
      rule.startsWith('.')
        ? file.name.toLowerCase().endsWith(rule)
        : rule.endsWith('/*')
          ? file.type.startsWith(rule.slice(0, -1))
          : file.type === rule,
    )

/** @internal Why a file cannot be taken, in a sentence. */
export function fileProblem(
  file: File,
  limits: { accept?: string | undefined; maxBytes?: number | undefined },
  texts: KitTexts,
  locale: string,
): string | undefined {
  if (limits.accept && !accepts(file, limits.accept)) return fill(texts.wrongType, { name: file.name })
  if (limits.maxBytes !== undefined && file.size > limits.maxBytes)
    return fill(texts.tooLarge, { name: file.name, size: fileSize(limits.maxBytes, locale) })
  return undefined
}
