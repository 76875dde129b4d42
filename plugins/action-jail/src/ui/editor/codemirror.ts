import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { javascript, javascriptLanguage } from '@codemirror/lang-javascript'
import { json } from '@codemirror/lang-json'
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language'
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { Compartment, EditorState } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { classHighlighter } from '@lezer/highlight'

/** A line that something is wrong with. */
export interface LineProblem {
  readonly level: 'error' | 'warning'
  readonly line: number
  readonly column?: number | undefined
  readonly message: string
}

export interface EditorOptions {
  readonly parent: HTMLElement
  readonly text: string
  readonly language: 'javascript' | 'json'
  readonly label: string
  readonly readOnly: boolean
  readonly phrases: Readonly<Record<string, string>>
  readonly onChange: (text: string) => void
}

export interface CodeEditorHandle {
  setText(text: string): void
  setReadOnly(readOnly: boolean): void
  setProblems(problems: readonly LineProblem[]): void
  /** Goes to a line and takes the focus. */
  reveal(line: number): void
  destroy(): void
}

/** What an action's `this` has. */
const platform = [
  { label: 'getCurrentNodeParamsJSON', detail: '()', info: 'The parameters of the node, placeholders filled.' },
  { label: 'getCurrentConstJSON', detail: '()', info: 'The constants of the run.' },
  { label: 'getCurrentStateJSON', detail: '()', info: 'The whole state: const, node, memory.' },
  { label: 'setCurrentStateConstant', detail: '(key, value)', info: 'Sets a constant: {{key}} in the scenario.' },
  { label: 'request', detail: '({ url, method, headers, body })', info: 'Calls another system: { status, ok, headers, body }.' },
].map((option) => ({ ...option, type: 'method' }))

const ofPlatform = (context: CompletionContext): CompletionResult | null => {
  const word = context.matchBefore(/\bthis\.\w*$/)
  return word === null ? null : { from: word.from + 'this.'.length, options: platform, validFor: /^\w*$/ }
}

const theme = EditorView.theme({
  '&': { blockSize: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: 'var(--type-dense)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--text)', paddingBlock: '12px' },
  '.cm-cursor': { borderInlineStartColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--text-muted)', borderInlineEnd: '1px solid var(--border)' },
  '.cm-activeLine': { backgroundColor: 'var(--surface-hover)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--surface-hover)', color: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--accent-soft)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--surface-active)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', outline: '1px solid var(--accent-border)' },
  '.cm-tooltip': {
    border: '1px solid var(--border)',
    borderRadius: 'var(--radius-small)',
    backgroundColor: 'var(--surface-raised)',
    color: 'var(--text)',
    boxShadow: 'var(--shadow-floating)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--surface-selected)', color: 'var(--text)' },
  '.cm-panels': { backgroundColor: 'var(--surface-raised)', color: 'var(--text)', borderColor: 'var(--border)' },
  '.cm-textfield': { backgroundColor: 'var(--surface)', color: 'var(--text)', border: '1px solid var(--border-strong)' },
  '.cm-button': { backgroundImage: 'none', backgroundColor: 'var(--surface-active)', color: 'var(--text)', border: '1px solid var(--border)' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--surface-active)', color: 'var(--text-muted)', border: '0' },
  '.cm-diagnostic': { fontFamily: 'var(--font-sans)' },
  '.tok-keyword': { color: 'var(--accent-text)' },
  '.tok-string, .tok-string2': { color: 'var(--positive-text)' },
  '.tok-number, .tok-bool, .tok-atom, .tok-null': { color: 'var(--warning-text)' },
  '.tok-comment': { color: 'var(--text-muted)', fontStyle: 'italic' },
  '.tok-propertyName, .tok-definition': { color: 'var(--info-text)' },
  '.tok-invalid': { color: 'var(--danger-text)' },
})

/** The editor of code: CodeMirror, in a file of its own that is fetched when somebody first edits. */
export function createEditor({ parent, text, language, label, readOnly, phrases, onChange }: EditorOptions): CodeEditorHandle {
  const locked = new Compartment()
  const lock = (value: boolean) => [EditorState.readOnly.of(value), EditorView.editable.of(!value)]
  let own = false
  const languages = language === 'json' ? [json()] : [javascript(), javascriptLanguage.data.of({ autocomplete: ofPlatform })]
  // in a shadow its styles are sheets of the document's own making, which the page's security policy allows
  const root = parent.attachShadow({ mode: 'open' })
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        foldGutter(),
        lintGutter(),
        highlightSpecialChars(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of('  '),
        bracketMatching(),
        closeBrackets(),
        autocompletion(),
        search({ top: true }),
        syntaxHighlighting(classHighlighter),
        languages,
        theme,
        locked.of(lock(readOnly)),
        EditorState.phrases.of(phrases),
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', autocapitalize: 'off' }),
        keymap.of([
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...foldKeymap,
          ...completionKeymap,
          ...lintKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !own) onChange(update.state.doc.toString())
        }),
      ],
    }),
  })

  const placeOf = ({ line, column, level, message }: LineProblem): Diagnostic => {
    const at = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)))
    const from = column === undefined ? at.from + (at.text.length - at.text.trimStart().length) : Math.min(at.from + column - 1, at.to)
    return { from, to: Math.max(from, at.to), severity: level, message }
  }
  return {
    setText(next) {
      if (next === view.state.doc.toString()) return
      own = true
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } })
      own = false
    },
    setReadOnly: (value) => view.dispatch({ effects: locked.reconfigure(lock(value)) }),
    setProblems: (problems) => view.dispatch(setDiagnostics(view.state, problems.map(placeOf))),
    reveal(line) {
      const { from } = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)))
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) })
      view.focus()
    },
    destroy: () => view.destroy(),
  }
}
