import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { repositoryFiles } from './repository-files.mjs'
import { root } from './run.mjs'

const usesDatabase = /\b(createTestDatabase|createTestHost|testServerUrl)\b/
const relativeImport = /(?:from|import|import\()\s*['"](\.[^'"\n]+)['"]/g

/** Whether a file, or one that it imports from its own package, asks the test kit for a database. */
const reachesDatabase = (file, seen = new Set()) => {
  if (seen.has(file) || !existsSync(file)) return false
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  return usesDatabase.test(text) || [...text.matchAll(relativeImport)].some(([, source]) => reachesDatabase(join(dirname(file), source), seen))
}

// Which PostgreSQL is there makes no difference to how processes start and end, to what dies with them, to Redis and to the words of a contract. What they send
// to a database the others send, too.
const elsewhere = [
  /\.ui\.test\.ts$/,
  /^(host\/test\/(?!doctor)|test\/(browser|hostile)\/)/,
  /^test\/ha\/redis\.test\.ts$/,
  /^test\/faults\/crash-points/,
  /\/half-written-channels\.test\.ts$/,
]

/** Tests that run on a database, whichever server it is on. */
export const databaseTests = (folder = root) =>
  repositoryFiles(folder)
    .map(({ path }) => path)
    .filter((path) => /^(core|host|plugins|test)\/.*\.test\.ts$/.test(path) && !elsewhere.some((kind) => kind.test(path)))
    .filter((path) => reachesDatabase(join(folder, path)))
