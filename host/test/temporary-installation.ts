import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A folder with `config/` and plugins, as a deployer would have it. */
export class TemporaryInstallation implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'parley-installation-'))

  constructor(files: Readonly<Record<string, string>> = {}) {
    // The account that the embedded server runs as has to pass.
    chmodSync(this.root, 0o755)
    this.write('config/default.yaml', '{}')
    for (const [name, content] of Object.entries(files)) this.write(name, content)
  }

  write(name: string, content: string): void {
    const file = join(this.root, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }

  /** A plugin in `plugins/<id>`; `spec` is the source text of its declaration. */
  plugin(id: string, spec = '', manifest: object = {}): string {
    const packageJson = {
      name: `@toys/${id}`,
      version: '1.0.0',
      type: 'module',
      exports: { '.': './plugin.js' },
      parley: { id, kind: 'feature', api: '^1.0', ...manifest },
    }
    this.write(`plugins/${id}/package.json`, JSON.stringify(packageJson))
    this.write(`plugins/${id}/plugin.js`, `export default { apiVersion: 1, spec: { id: '${id}', ${spec} } }\n`)
    return join(this.root, 'plugins', id)
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}
