/**
 * What the server's processes inherit: no secrets of ours, and a locale that exists everywhere. A `LANG` that is missing or not installed
 * makes initdb stop; collation and case come from the database's own provider.
 */
export const cleanEnvironment = (): NodeJS.ProcessEnv => {
  const { PATH, TMPDIR, SystemRoot, TEMP } = process.env
  const kept = Object.entries({ PATH, TMPDIR, SystemRoot, TEMP }).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(kept), LC_ALL: 'C' }
}
