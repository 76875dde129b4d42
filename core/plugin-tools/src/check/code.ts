import { parseSync, type ESTree } from 'vite'
import * as compiler from 'vue/compiler-sfc'
import type { SourceFile } from './checked-plugin.ts'

/** A piece of a file that is read as one program. */
export interface Script {
  readonly program: ESTree.Program
  /** From 1, in the file. */
  lineAt(offset: number): number
}

/** TypeScript and JavaScript of every kind, and Vue's components. */
export const hasCode = (path: string): boolean => /\.([cm]?[jt]sx?|vue)$/.test(path)

export const componentOf = ({ path, text }: SourceFile): compiler.SFCDescriptor =>
  compiler.parse(text, { filename: path, sourceMap: false }).descriptor

/** The programs of a file. Throws when it is no code. */
export function scriptsOf(file: SourceFile): Script[] {
  if (!file.path.endsWith('.vue')) return [scriptOf(file.path, file.text, 0)]
  const { script, scriptSetup } = componentOf(file)
  return [script, scriptSetup].flatMap((block) =>
    block == null ? [] : [scriptOf(`${file.path}.${block.lang ?? 'js'}`, block.content, block.loc.start.line - 1)],
  )
}

/** The same for what only looks for words: what cannot be read is told by the rule of imports. */
export function readableScripts(file: SourceFile): Script[] {
  try {
    return hasCode(file.path) ? scriptsOf(file) : []
  } catch {
    return []
  }
}

function scriptOf(name: string, text: string, above: number): Script {
  const { program, errors } = parseSync(name, text)
  const lineAt = (offset: number): number => above + text.slice(0, offset).split('\n').length
  const broken = errors.find(({ severity }) => severity === 'Error')
  if (broken !== undefined) throw new Error(`${broken.message} in line ${lineAt(broken.labels[0]?.start ?? 0)}`)
  return { program, lineAt }
}

export const nameOf = (node: ESTree.Node): string | undefined => (node.type === 'Identifier' ? node.name : undefined)

/** A text that is known before the code runs. */
export function textOf(node: ESTree.Node): string | undefined {
  if (node.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0]?.value.cooked ?? undefined
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined
}
