import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { declarationOf } from './declared-faces.mjs'

const isComponentFile = (file) => file.endsWith('.vue')

const commentOf = (statement, source) =>
  ts
    .getLeadingCommentRanges(source.text, statement.getFullStart())
    ?.map(({ pos, end }) => source.text.slice(pos, end))
    .filter((text) => text.startsWith('/**'))
    .at(-1)

/** A doc comment as Markdown: examples become code. */
export const proseOf = (comment) =>
  comment
    ?.replace(/^\/\*\*|\*\/$/g, '')
    .replace(/^ *\* ?/gm, '')
    .trim()
    .split(/(?:^|\s)@example\s+/)
    .map((part, index) => (index === 0 ? part.trim() : `\`\`\`ts\n${part.trim()}\n\`\`\``))
    .filter((part) => part !== '')
    .join('\n\n')
    .replace(/^@param (\S+) /gm, '`$1`: ')

/** What tells what something is, where it has no comment of its own: the schema of a type, the type behind a reference, the title of a right. */
const toldBy = (statement, value) => {
  if (ts.isTypeAliasDeclaration(statement)) return /^z\.(?:infer|input|output)<typeof (\w+)>$/.exec(statement.type.getText())?.[1]
  const [, kind, type] = /= (token|extensionPoint|uiPoint|permission)(?:<(\w+))?/.exec(value ?? '') ?? []
  return kind === 'permission' ? 'its title' : type
}

/** Reads what entries export out of their declarations, and out of the sources what declarations do not say: the values of constants. */
export const createFaceReader = ({ base, declarations, faces }) => {
  const rootNames = faces.flatMap(({ entries }) => entries.map(({ source }) => join(declarations, declarationOf(source))))
  const program = ts.createProgram(rootNames, {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  })
  const checker = program.getTypeChecker()
  const sources = new Map()

  const sourceFile = (path) => {
    if (!sources.has(path)) {
      const text = readFileSync(join(base, path), 'utf8')
      sources.set(path, ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS))
    }
    return sources.get(path)
  }

  const printer = ts.createPrinter({ removeComments: true })

  /** `const x = call(…)` as it is written: ids, cardinalities and limits are in no type. */
  const valueOf = (path, name) => {
    if (isComponentFile(path) || !existsSync(join(base, path))) return undefined
    const statement = sourceFile(path).statements.find(
      (one) => ts.isVariableStatement(one) && one.declarationList.declarations.some((declared) => declared.name.getText() === name),
    )
    const initializer = statement?.declarationList.declarations[0].initializer
    return initializer && ts.isCallExpression(initializer)
      ? { text: statement.getText(), plain: printer.printNode(ts.EmitHint.Unspecified, statement, sourceFile(path)) }
      : undefined
  }

  const read = (name, symbol) => {
    const [declaration] = symbol.declarations
    const declared = declaration.getSourceFile()
    const file = relative(declarations, declared.fileName)
      .replace(/\.d\.ts$/, '')
      .replace(/(?<!\.vue)$/, '.ts')
    const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
    if (isComponentFile(file) && symbol.name === '_default') return { name, file, component: true }
    const value = ts.isVariableStatement(statement) ? valueOf(file, symbol.name) : undefined
    return {
      name,
      file,
      component: false,
      comment: proseOf(commentOf(statement, declared)),
      text: value?.text ?? statement.getText().replace(/^export (declare )?/, 'export '),
      value: value?.plain,
      toldBy: toldBy(statement, value?.plain),
    }
  }

  return {
    /** Everything an entry exports, in the order of its files. */
    exportsOf({ source }) {
      const module = checker.getSymbolAtLocation(program.getSourceFile(join(declarations, declarationOf(source))))
      return checker
        .getExportsOfModule(module)
        .map((symbol) => read(symbol.name, symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    },
  }
}
