export { dumpDatabase, type DatabaseDump, type DumpOptions, type KeptFile } from './dump-database.ts'
export { loadDatabase, type LoadOptions } from './load-database.ts'
