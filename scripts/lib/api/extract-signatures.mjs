import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, CompilerState } from '@microsoft/api-extractor'
import { declarationOf } from './declared-faces.mjs'

const silent = { default: { logLevel: 'none' } }

const configOf = ({ base, declarations, folder, source, reports, paths }) => {
  const mainEntryPointFilePath = join(declarations, declarationOf(source))
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(base, folder, 'package.json'),
    configObject: {
      projectFolder: join(declarations, folder),
      mainEntryPointFilePath,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2023',
            lib: ['ES2023', 'DOM', 'DOM.Iterable', 'ESNext.Disposable'],
            module: 'ESNext',
            moduleResolution: 'Bundler',
            allowImportingTsExtensions: true,
            noEmit: true,
            strict: true,
            skipLibCheck: true,
            types: ['node'],
            paths,
          },
          files: [mainEntryPointFilePath],
        },
      },
      apiReport: { enabled: true, reportFileName: 'face', reportFolder: reports, reportTempFolder: reports, includeForgottenExports: true },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: { extractorMessageReporting: silent, tsdocMessageReporting: silent, compilerMessageReporting: { default: { logLevel: 'error' } } },
    },
  })
}

/** What API Extractor says beside the signatures is the same everywhere, or is told by our own check of doc comments. */
const signaturesOnly = (report) =>
  /```ts\n([\s\S]*)```/
    .exec(report)[1]
    .replace(/^ *\/\/ (@public.*|\(undocumented\)|\(No @packageDocumentation.*)\n/gm, '')
    .trim()

/** The signatures of an entry, as API Extractor writes them: sorted, without comments, with what stands behind them. */
export const extractSignatures = ({ base, declarations, faces, folder, source }) => {
  const reports = mkdtempSync(join(tmpdir(), 'parley-api-'))
  try {
    const paths = Object.fromEntries(
      faces.flatMap(({ entries }) => entries.map((one) => [one.name, [join(declarations, declarationOf(one.source))]])),
    )
    const config = configOf({ base, declarations, folder, source, reports, paths })
    const problems = []
    Extractor.invoke(config, {
      localBuild: true,
      compilerState: CompilerState.create(config),
      messageCallback: (message) => {
        message.handled = true
        if (message.logLevel === 'error') problems.push(message.text)
      },
    })
    if (problems.length > 0) throw new Error(`The signatures of ${source} could not be read:\n${problems.join('\n')}`)
    return signaturesOnly(readFileSync(join(reports, 'face.api.md'), 'utf8'))
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }
}
