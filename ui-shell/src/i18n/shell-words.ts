import en from './en.json'
import uk from './uk.json'

/** The shell's own words, by language. */
export const shellWords = { en: { shell: en }, uk: { shell: uk } }
