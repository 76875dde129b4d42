import type { AccountHealth, LanguageWords, Words } from '../api/index.ts'

/** Words as they are kept and handed out: a text for whoever asks for one, and all languages beside it where there are any. */
export const textOf = (words: Words): string => (typeof words === 'string' ? words : words.en)
export const languagesOf = (words: Words | undefined): LanguageWords | undefined => (typeof words === 'object' ? words : undefined)

/** The languages of a kept text. A release before changes the text only, and then they say something else. */
export const languagesFor = (text: string, kept: LanguageWords | null | undefined): LanguageWords | undefined =>
  kept?.en === text ? kept : undefined

/** A reason as messages and their topic have it. */
export const reasonFields = (reason: Words | undefined): { readonly reason?: string; readonly reasonWords?: LanguageWords } => {
  const languages = languagesOf(reason)
  return { ...(reason === undefined ? {} : { reason: textOf(reason) }), ...(languages === undefined ? {} : { reasonWords: languages }) }
}

export const noAnswer = (seconds: number): Words => ({
  en: `The channel did not answer within ${seconds} seconds.`,
  uk: `Канал не відповів за ${seconds} с.`,
})

/** What was seen of an account, as screens and other systems read it. */
export type ShownHealth = Omit<AccountHealth, 'text'> & { readonly text: string; readonly words?: LanguageWords }
export const shownHealth = ({ text, ...health }: AccountHealth): ShownHealth => {
  const words = languagesOf(text)
  return { ...health, text: textOf(text), ...(words === undefined ? {} : { words }) }
}

export const mapWords = (words: Words, change: (text: string) => string): Words =>
  typeof words === 'string'
    ? change(words)
    : (Object.fromEntries(Object.entries(words).map(([language, text]) => [language, change(text)])) as LanguageWords)

export const noDriver = (channel: string): AccountHealth => ({
  state: 'broken',
  text: {
    en: `The channel "${channel}" is not available in this installation. Enable its plugin.`,
    uk: `Каналу «${channel}» у цій інсталяції немає. Увімкніть його плагін.`,
  },
})
