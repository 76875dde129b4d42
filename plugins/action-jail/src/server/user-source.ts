import type { UserCode } from '@parley/plugin-api'

/** Name of the source in errors. */
const fileOf = (id: string): string => `${id}.js`

/** A function of the action's id that nobody exported is exported. Comes after the last line, so that lines stay what they are. */
const exported = (id: string, code: string): string =>
  `${code}\n;if (typeof ${id} === 'function' && (module.exports === null || (typeof module.exports === 'object' && Object.keys(module.exports).length === 0))) module.exports = ${id}`

/** How many lines of what runs are the author's. */
export const linesOf = (code: string): number => code.trimEnd().split('\n').length

/**
 * Finds the function: `module.exports = action_x`, `exports.action_x = …`, `module.exports = { action_x }`, or no export at all.
 */
const found = `
  const named = typeof exported === 'object' && exported !== null ? exported[id] : undefined
  const action = typeof exported === 'function' ? exported : named
`

/** Runs an action: `this` is its context. What it sets is answered with the event, so a run that fails sets nothing. */
const runCall = `async (exported, { id, state, parameters }, functions) => {
  ${found}
  if (typeof action !== 'function') throw Object.assign(new Error('The code exports no function "' + id + '". End it with: module.exports = ' + id), { reason: 'no_function' })
  const changes = new Map()
  const copy = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))
  const context = {
    getCurrentStateJSON: () => copy(state),
    getCurrentConstJSON: () => copy(state.const),
    getCurrentNodeParamsJSON: () => copy(parameters),
    setCurrentStateConstant(key, value) {
      if (typeof key !== 'string' || key === '' || key.length > 200) throw new TypeError('setCurrentStateConstant: the key has to be a text of 1 to 200 characters.')
      const kept = copy(value)
      changes.set(key, kept)
      if (kept === undefined) delete state.const[key]
      else state.const[key] = kept
    },
    request: (options) => functions.request(copy(typeof options === 'string' ? { url: options } : options) ?? {}),
  }
  const event = await action.call(context, context)
  return { event: event === undefined ? null : event, changes: [...changes].map(([key, value]) => (value === undefined ? [key] : [key, value])) }
}`

/** Says what a module exports, and runs nothing of it but its outermost lines. */
const lookCall = `(exported, { id }) => {
  ${found}
  if (typeof action !== 'function') return { kind: 'none' }
  return { kind: 'function', name: action.name }
}`

export const runCode = (id: string, code: string): Pick<UserCode, 'name' | 'source' | 'call'> => ({
  name: fileOf(id),
  source: exported(id, code),
  call: runCall,
})

export const lookCode = (id: string, code: string): Pick<UserCode, 'name' | 'source' | 'call'> => ({
  name: fileOf(id),
  source: exported(id, code),
  call: lookCall,
})
