/** Relative luminance as WCAG defines it; `undefined` for what is not a hexadecimal colour. */
const luminance = (color: string): number | undefined => {
  const [, digits] = /^#([\da-f]{6})$/i.exec(color) ?? []
  if (digits === undefined) return undefined
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const part = parseInt(digits.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** The text colour that can be read on a background; white where it is unknown. */
export const inkOn = (background: string): string => {
  const light = luminance(background)
  return light !== undefined && 1.05 / (light + 0.05) < 4.5 ? '#14161f' : '#ffffff'
}
