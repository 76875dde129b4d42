import { Visitor, type ESTree } from 'vite'
import type { SourceFile } from './checked-plugin.ts'
import { componentOf, nameOf, scriptsOf, textOf, type Script } from './code.ts'

export interface Import {
  /** As it is written. */
  readonly source: string
  readonly onlyTypes: boolean
  /** From 1. */
  readonly line: number
}

/** Everything a file imports in any way that can be read without running it. Throws when it is no code. */
export const importsOf = (file: SourceFile): Import[] => [...scriptsElsewhere(file), ...scriptsOf(file).flatMap(importsOfScript)]

/** `<script src>` of a component. */
function scriptsElsewhere(file: SourceFile): Import[] {
  if (!file.path.endsWith('.vue')) return []
  const { script, scriptSetup } = componentOf(file)
  return [script, scriptSetup].flatMap((block) =>
    block?.src === undefined ? [] : [{ source: block.src, onlyTypes: false, line: block.loc.start.line }],
  )
}

function importsOfScript({ program, lineAt }: Script): Import[] {
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
