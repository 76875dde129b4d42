const each = (path, limit, goal, keys) => keys.map((key) => [path.replace('*', key), limit, goal])

/** What the figures are held against: path of the figure, which side of the goal is good, the goal. */
const goals = [
  ...['memory', 'bull'].flatMap((queue) => each(`a.${queue}.concurrency.*.ratio`, 'at least', 0.6, [1, 10, 50])),
  ...each('a.*.perMessage.queries', 'at most', 12, ['memory', 'bull']),
  ['a.bull.perMessage.redis', 'at most', 16],
  ...each('a.*.hookAcknowledgedP99AtHalfPeakMs', 'at most', 50, ['memory', 'bull']),
  ...each('b.*.p99', 'at most', 100, ['screen', 'widget', 'list']),
  ['b.kibibytesPerWidget', 'at most', 30],
  ['c.readySeconds', 'at most', 3],
  ['c.npmStartSeconds', 'at most', 5],
  ['c.idleMegabytes', 'at most', 250],
  ['d.kilobytes', 'at most', 350],
  ...each('e.*.p95', 'at most', 100, ['mine', 'unassigned', 'queue', 'open', 'closed', 'counts', 'search', 'scrolling', 'dialog']),
  // nothing gets slower; what is below is noise
  ...each('f.workers.*.ratio', 'at least', 0.95, [2, 3]),
  ...each('hostile.*.p99.ratio', 'at most', 1.1, ['memory', 'bull']),
]

const valueAt = (figures, path) => path.split('.').reduce((value, key) => value?.[key], figures)

/** Every goal whose figure was measured, by the figure's path. */
export const judge = (figures) =>
  Object.fromEntries(
    goals.flatMap(([path, limit, goal]) => {
      const value = valueAt(figures, path)
      if (value === undefined) return []
      return [[path, { value, limit, goal, met: limit === 'at least' ? value >= goal : value <= goal }]]
    }),
  )
