import { join } from 'node:path'
import { staleUnits } from './build-units.mjs'
import { root, run } from './run.mjs'

/** Builds what is stale in a process of its own, whose memory is given back before Parley starts. Answers whether all is built. */
export const buildStale = async () => {
  const stale = staleUnits()
  if (stale.length === 0) return true
  console.log(`Building ${stale.length === 1 ? stale[0].name : `${stale.length} parts`} …`)
  const { code } = await run(process.execPath, [join(root, 'scripts/build.mjs')])
  return code === 0
}
