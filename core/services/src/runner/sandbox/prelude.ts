import { callsAtOnce, logLimits, longestTrace } from '../protocol.ts'

/**
 * What runs in each sandbox before the user's code: `console`, the functions of the caller, and the way of values to JSON and back. It takes what it
 * needs of the language before the user's code can change it; what that code can reach here belongs to its own sandbox anyway. Limits here are
 * for honest code, which is told what was too much; they hold outside, in `Sandbox`.
 *
 * A function `(send, write, largest) => ({ run, describe })`: `send(name, json)` answers a promise of JSON, `write(level, text)` takes a line.
 */
export const prelude = `((send, write, largest) => {
  'use strict'
  const { parse, stringify } = JSON
  const { String, Error, Promise, Object } = globalThis
  const cut = (text, most) => (text.length > most ? text.slice(0, most - 1) + '…' : text)
  const shown = (value) => {
    if (typeof value === 'string') return value
    if (value instanceof Error) return value.name + ': ' + value.message + (value.stack ? '\\n' + value.stack : '')
    try {
      const text = typeof value === 'object' && value !== null ? stringify(value) : undefined
      return text === undefined ? String(value) : text
    } catch {
      return '[it cannot be shown]'
    }
  }

  let lines = 0
  const writer = (level) => (...values) => {
    if (lines > ${logLimits.lines}) return
    if (lines++ === ${logLimits.lines}) return void write('warn', 'There were more lines; they were left out.')
    write(level, cut(values.map(shown).join(' '), ${logLimits.characters}))
  }
  const levels = { log: 'info', info: 'info', dir: 'info', debug: 'debug', trace: 'debug', warn: 'warn', error: 'error' }
  globalThis.console = Object.fromEntries(Object.entries(levels).map(([name, level]) => [name, writer(level)]))

  const line = []
  let next = 0
  let flying = 0
  const ended = (work) => (text) => {
    flying--
    work(text)
    pump()
  }
  const pump = () => {
    while (flying < ${callsAtOnce} && next < line.length) {
      const { name, args, resolve, reject } = line[next]
      line[next++] = undefined
      flying++
      send(name, args).then(ended(resolve), ended(reject))
    }
    if (next === line.length) line.length = next = 0
  }
  const ask = (name, values) => {
    // made here, so that an error says which line asked
    const failure = new Error()
    return new Promise((resolve, reject) => {
      const args = stringify(values)
      if (args.length > largest) throw new RangeError('What was given to functions.' + name + ' is ' + args.length + ' characters of JSON; at most ' + largest + ' can be given.')
      line.push({
        name,
        args,
        resolve: (text) => resolve(parse(text)),
        reject(text) {
          const { message, code } = parse(text)
          Object.defineProperty(failure, 'message', { value: message, configurable: true, writable: true })
          if (code !== undefined) failure.code = code
          reject(failure)
        },
      })
      pump()
    })
  }

  /** Answers ['value', JSON] or [why not, a sentence]. */
  const run = async (define, call, input, names) => {
    const module = { exports: {} }
    define.call(module.exports, module.exports, module)
    const { exports } = module
    if (call === undefined && typeof exports !== 'function') return ['no_function', 'The code exports no function. It must end with "module.exports = …".']
    const functions = Object.freeze(Object.fromEntries(parse(names).map((name) => [name, (...values) => ask(name, values)])))
    const value = await (call === undefined ? exports(parse(input)) : call(exports, parse(input), functions))
    let text
    try {
      text = value === undefined ? 'null' : stringify(value)
    } catch (error) {
      if (error instanceof InternalError) throw error
      return ['not_json', 'The result cannot be told as JSON: ' + cut(shown(error && error.message), 500)]
    }
    if (text === undefined) return ['not_json', 'The result is a ' + typeof value + ', which cannot be told as JSON.']
    if (text.length > largest) return ['result_too_large', 'The result is ' + text.length + ' characters of JSON; at most ' + largest + ' can be answered.']
    return ['value', text]
  }

  /** An error as JSON, whatever was thrown. */
  const describe = (error) => {
    try {
      const known = typeof error === 'object' && error !== null
      const told = known && typeof error.message === 'string'
      const message = told ? (error.name ? shown(error.name) + ': ' : '') + error.message : shown(error)
      const no = known && error.reason === 'no_function'
      return stringify({
        name: told ? cut(String(error.name), 200) : '',
        message: cut(no ? error.message : message, ${logLimits.characters}),
        stack: known && typeof error.stack === 'string' ? cut(error.stack, ${longestTrace}) : '',
        no,
      })
    } catch {
      return stringify({ name: '', message: 'Something was thrown that cannot be shown.', stack: '', no: false })
    }
  }
  return { run, describe }
})`
