import { Visitor, type ESTree } from 'vite'
import type { SourceFile } from './checked-plugin.ts'
import { componentOf, nameOf, readableScripts, textOf, type Script } from './code.ts'

export interface UsedText {
  /** Without the plugin's prefix. */
  readonly key: string
  /** From 1. */
  readonly line: number
}

/** The keys a file of the UI asks for in words: by the `t` of `useText()`, and with the plugin's prefix in titles. */
export function usedTexts(file: SourceFile, id: string): UsedText[] {
  const scripts = readableScripts(file)
  const names = new Set(scripts.flatMap((script) => translators(script, id)))
  return [...scripts.flatMap((script) => inScript(script, names, id)), ...inTemplate(file, names)]
}

/** The local names of `t`. */
function translators({ program }: Script, plugin: string): string[] {
  const names: string[] = []
  new Visitor({
    VariableDeclarator({ id, init }) {
      if (init?.type !== 'CallExpression' || nameOf(init.callee) !== 'useText' || id.type !== 'ObjectPattern') return
      const [other] = init.arguments
      if (other !== undefined && textOf(other) !== plugin) return
      for (const property of id.properties) {
        if (property.type !== 'Property' || nameOf(property.key) !== 't') continue
        const name = nameOf(property.value)
        if (name !== undefined) names.push(name)
      }
    },
  }).visit(program)
  return names
}

function inScript({ program, lineAt }: Script, names: ReadonlySet<string>, id: string): UsedText[] {
  const found: UsedText[] = []
  const add = (node: ESTree.Node, prefix: string): void => {
    const text = textOf(node)
    if (text?.startsWith(prefix) === true) found.push({ key: text.slice(prefix.length), line: lineAt(node.start) })
  }
  new Visitor({
    CallExpression({ callee, arguments: [first] }) {
      if (first !== undefined && names.has(nameOf(callee) ?? '')) add(first, '')
    },
    Property({ key, value }) {
      if (nameOf(key) === 'title') add(value, `${id}.`)
    },
  }).visit(program)
  return found
}

function inTemplate(file: SourceFile, names: ReadonlySet<string>): UsedText[] {
  const template = file.path.endsWith('.vue') ? componentOf(file).template : undefined
  if (template == null) return []
  const calls = [...template.content.matchAll(/(?<![\w$.])([\w$]+)\(\s*(?:'([^'\\]+)'|"([^"\\]+)"|`([^`$\\]+)`)\s*[,)]/g)]
  return calls.flatMap(({ 1: name = '', 2: single, 3: double, 4: whole, index }) =>
    names.has(name)
      ? [{ key: (single ?? double ?? whole)!, line: template.loc.start.line + template.content.slice(0, index).split('\n').length - 1 }]
      : [],
  )
}
