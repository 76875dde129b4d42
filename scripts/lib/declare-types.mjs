import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { root, run } from './run.mjs'

/** Makes declarations of these sources, and of all they import from this repository, in one go. Paths in `outDir` are those below `from`. */
export const declareTypes = async (files, outDir, from = root) => {
  const project = `${outDir}.json`
  const options = { noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: from, outDir }
  const ambient = [join(root, 'core/ui-kit/src/icons/lucide-icons.d.ts')]
  mkdirSync(dirname(outDir), { recursive: true })
  writeFileSync(
    project,
    JSON.stringify({ extends: join(root, 'config/tooling/tsconfig.base.json'), compilerOptions: options, files: [...files, ...ambient] }),
  )
  const { code } = await run(process.execPath, [createRequire(import.meta.url).resolve('vue-tsc/bin/vue-tsc.js'), '-p', project])
  rmSync(project)
  if (code !== 0) throw new Error('The declarations of the packages could not be made; see above.')
}
