import { parseSync, Visitor, type ESTree } from 'vite'
import * as compiler from 'vue/compiler-sfc'
import type { SourceFile } from './checked-plugin.ts'

export interface Import {
  /** As it is written. */
  readonly source: string
  readonly onlyTypes: boolean
  /** From 1. */
  readonly line: number
}

interface Script {
  readonly name: string
  readonly text: string
  /** Lines of the file above it. */
  readonly above: number
}

/** TypeScript and JavaScript of every kind, and the scripts of Vue's components. */
export const hasCode = (path: string): boolean => /\.([cm]?[jt]sx?|vue)$/.test(path)

/** Everything a file imports in any way that can be read without running it. Throws when it is no code. */
export function importsOf(file: SourceFile): Import[] {
  return file.path.endsWith('.vue') ? importsOfComponent(file) : importsOfScript({ name: file.path, text: file.text, above: 0 })
}

function importsOfComponent({ path, text }: SourceFile): Import[] {
  const { script, scriptSetup } = compiler.parse(text, { filename: path, sourceMap: false }).descriptor
  return [script, scriptSetup].flatMap((block) => {
    if (block == null) return []
    const above = block.loc.start.line - 1
    const elsewhere = block.src === undefined ? [] : [{ source: block.src, onlyTypes: false, line: above + 1 }]
    return [...elsewhere, ...importsOfScript({ name: `${path}.${block.lang ?? 'js'}`, text: block.content, above })]
  })
}

function importsOfScript({ name, text, above }: Script): Import[] {
  const { program, errors } = parseSync(name, text)
  const lineAt = (offset: number): number => above + text.slice(0, offset).split('\n').length
  const [broken] = errors.filter(({ severity }) => severity === 'Error')
  if (broken !== undefined) throw new Error(`${broken.message} in line ${lineAt(broken.labels[0]?.start ?? 0)}`)

  const found: Import[] = []
  const requires = requireFunctions(program)
  const add = (node: ESTree.Node | null | undefined, onlyTypes: boolean): void => {
    const source = node && textOf(node)
    if (node && typeof source === 'string') found.push({ source, onlyTypes, line: lineAt(node.start) })
  }
  new Visitor({
    ImportDeclaration: ({ source, importKind }) => add(source, importKind === 'type'),
    ExportAllDeclaration: ({ source, exportKind }) => add(source, exportKind === 'type'),
    ExportNamedDeclaration: ({ source, exportKind }) => add(source, exportKind === 'type'),
    ImportExpression: ({ source }) => add(source, false),
    TSImportType: ({ source }) => add(source, true),
    TSExternalModuleReference: ({ expression }) => add(expression, false),
    CallExpression({ callee, arguments: [first] }) {
      const called = callee.type === 'MemberExpression' && nameOf(callee.property) === 'resolve' ? callee.object : callee
      if (createsRequire(called) || requires.has(nameOf(called) ?? '')) add(first, false)
    },
  }).visit(program)
  return found.sort((one, other) => one.line - other.line)
}

/** `require` itself, and what holds an answer of `createRequire`. */
function requireFunctions(program: ESTree.Program): ReadonlySet<string> {
  const names = new Set(['require'])
  new Visitor({
    VariableDeclarator({ id, init }) {
      if (id.type === 'Identifier' && init && createsRequire(init)) names.add(id.name)
    },
  }).visit(program)
  return names
}

const createsRequire = (node: ESTree.Node): boolean =>
  node.type === 'CallExpression' && nameOf(node.callee.type === 'MemberExpression' ? node.callee.property : node.callee) === 'createRequire'

const nameOf = (node: ESTree.Node): string | undefined => (node.type === 'Identifier' ? node.name : undefined)

/** A text that is known before the code runs. */
function textOf(node: ESTree.Node): string | undefined {
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0]?.value.cooked ?? undefined
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined
}
