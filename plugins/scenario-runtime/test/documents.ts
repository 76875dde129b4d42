/** A document of one section out of nodes and edges written as `from.output -> to`. */
export const section = (id: string, nodes: readonly object[], edges: readonly string[] = [], extra: object = {}) => ({
  id,
  title: id,
  nodes,
  edges: edges.map((edge) => {
    const [left = '', to = ''] = edge.split(' -> ')
    const dot = left.indexOf('.')
    return dot < 0 ? { from: left, to } : { from: left.slice(0, dot), output: left.slice(dot + 1), to }
  }),
  ...extra,
})

export const scenario = (sections: readonly object[], extra: object = {}) => ({ format: 'parley.scenario@1', title: 'Test', ...extra, sections })

/** Start, then a chain of nodes joined by their first outputs. */
export const chain = (...nodes: readonly { readonly id: string }[]) => {
  const ids = ['start', ...nodes.map(({ id }) => id)]
  return scenario([
    section(
      'main',
      [{ id: 'start', type: 'start' }, ...nodes],
      ids.slice(1).map((id, index) => `${ids[index]} -> ${id}`),
    ),
  ])
}

export const say = (id: string, text: string) => ({ id, type: 'message', parameters: { text } })
