import { isParleyError } from '@parley/plugin-api'
import { z } from 'zod'

/** The same words in several languages. */
export const languageWords = z.object({ en: z.string() }).catchall(z.string())
export type LanguageWords = z.infer<typeof languageWords>

/** Words for people: a text that all read, or one for each language; `en` serves the languages that are missing. */
export type Words = string | LanguageWords

/**
 * Why a request of `http` came to nothing, in both languages; what the network itself said stays as it is.
 *
 * @example catch (error) { return { state: 'broken', text: requestProblem(error) } }
 */
export function requestProblem(error: unknown): Words {
  const en = error instanceof Error ? error.message : String(error)
  if (!isParleyError(error)) return en
  const { request, reason } = (error.details ?? {}) as { readonly request?: string; readonly reason?: string }
  if (request === undefined || reason === undefined) return en
  if (error.code === 'outbound_refused') return { en, uk: `Запит ${request} не надіслано: ${reason}.` }
  if (error.code === 'outbound_unknown') return { en, uk: `Запит ${request} надіслано, але чи подіяв він, невідомо: ${reason}.` }
  if (error.code !== 'outbound_blocked') return en
  return { en, uk: `Запит ${request} не надіслано: ${reason}. Якщо так і треба, додайте хост і порт до «host.outbound.allow».` }
}
