import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCheckerByJson } from 'vue-component-meta'
import { root } from '../run.mjs'
import { proseOf } from './face-reader.mjs'

// A slot whose name is made of something has no name that Vue's reader could tell.
const madeSlots = (text) => [...text.matchAll(/<slot\b[^>]*?\s:name="([^"]+)"/g)].map(([, expression]) => ({ name: `[${expression}]`, type: '' }))
const comment = /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)/.source
const beforeProps = new RegExp(`${comment}\\s*(?:const (?:(?!\\/\\*\\*)[\\s\\S])*?)?defineProps`)
const atTheMargin = new RegExp(`^${comment}`, 'm')
const descriptionOf = (text) => proseOf((beforeProps.exec(text) ?? atTheMargin.exec(text))?.[1])
const plain = (type) => type.replace(/ \| undefined$/, '')
const byName = (one, next) => (one.name < next.name ? -1 : 1)

/** What a component takes and gives, as Vue's own tools read it. */
export const createComponentReader = ({ base, files }) => {
  if (files.length === 0) return { read: () => undefined }
  const checker = createCheckerByJson(
    base,
    { extends: join(root, 'config/tooling/tsconfig.base.json'), compilerOptions: { types: [] }, files: files.map((file) => join(base, file)) },
    { schema: false },
  )
  return {
    read(file) {
      const text = readFileSync(join(base, file), 'utf8')
      const { props, events, slots, exposed } = checker.getComponentMeta(join(base, file))
      const own = props.filter((prop) => !prop.global)
      return {
        description: descriptionOf(text),
        props: own
          .map(({ name, type, required, default: usual, description }) => ({
            name,
            type: required ? type : plain(type),
            required,
            usual,
            description,
          }))
          .sort(byName),
        events: events.map(({ name, type, description }) => ({ name, type, description })).sort(byName),
        slots: [...slots.map(({ name, type }) => ({ name, type })), ...madeSlots(text)].sort(byName),
        exposed: exposed
          .filter(({ name }) => !own.some((prop) => prop.name === name) && !/^(on[A-Z]|\$)/.test(name))
          .map(({ name, type }) => ({ name, type }))
          .sort(byName),
      }
    },
  }
}
