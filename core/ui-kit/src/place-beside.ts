export type Side = 'top' | 'bottom' | 'left' | 'right'

interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

const gap = 6
const edge = 4
const opposite = { top: 'bottom', bottom: 'top', left: 'right', right: 'left' } as const

/** @internal Where a bubble goes beside its target: on the wished side, else on the opposite one, never outside the window. */
export function placeBeside(target: Box, bubble: Box, side: Side, view = { width: window.innerWidth, height: window.innerHeight }) {
  const at = (where: Side) => ({
    left:
      where === 'left'
        ? target.left - bubble.width - gap
        : where === 'right'
          ? target.left + target.width + gap
          : target.left + (target.width - bubble.width) / 2,
    top:
      where === 'top'
        ? target.top - bubble.height - gap
        : where === 'bottom'
          ? target.top + target.height + gap
          : target.top + (target.height - bubble.height) / 2,
  })
  const fits = ({ left, top }: { left: number; top: number }): boolean =>
    side === 'top' || side === 'bottom'
      ? top >= edge && top + bubble.height <= view.height - edge
      : left >= edge && left + bubble.width <= view.width - edge
  const wished = at(side)
  const { left, top } = fits(wished) ? wished : at(opposite[side])
  return {
    left: Math.max(edge, Math.min(left, view.width - bubble.width - edge)),
    top: Math.max(edge, Math.min(top, view.height - bubble.height - edge)),
  }
}
