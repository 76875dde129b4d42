import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './setting.mjs'

/** A home with the usual plugins and further ones: the text of `plugin.js` by the id. What runs there gets it as PARLEY_HOME. */
export const installationWith = (home, plugins) => {
  const scope = join(home, 'node_modules/@bench')
  cpSync(join(root, 'config'), join(home, 'config'), { recursive: true })
  mkdirSync(scope, { recursive: true })
  symlinkSync(join(root, 'node_modules/@parley'), join(home, 'node_modules/@parley'))
  for (const [id, source] of Object.entries(plugins)) {
    const plugin = join(scope, id)
    const parley = { id, kind: 'feature', api: '^1.0' }
    mkdirSync(plugin)
    writeFileSync(
      join(plugin, 'package.json'),
      JSON.stringify({ name: `@bench/${id}`, version: '1.0.0', type: 'module', exports: { '.': './plugin.js' }, parley }),
    )
    writeFileSync(join(plugin, 'plugin.js'), source)
  }
  const listed = Object.keys(plugins).map((id) => [id, { package: `@bench/${id}` }])
  // JSON is YAML
  writeFileSync(join(home, 'config/local.yaml'), JSON.stringify({ plugins: Object.fromEntries(listed) }))
  return home
}
