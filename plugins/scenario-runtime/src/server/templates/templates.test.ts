import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TemplateScope } from './template.ts'
import { Templates } from './templates.ts'

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined

const scopeOf = (values: Record<string, unknown>): TemplateScope => ({
  lookup: (path, name) => own(values, name) ?? path.reduce<unknown>(own, values),
  all: () => values,
})

describe('placeholders', () => {
  const templates = new Templates()
  const scope = scopeOf({
    name: 'Оксана',
    'registration:phone': '+380501112233',
    order: { id: 17, items: [{ title: 'Tea' }, { title: 'Cups' }] },
    tags: ['vip', 'new'],
    none: null,
    big: 12n,
    html: '<b onclick="x">&</b>',
    base: 'https://crm.example/api',
  })
  const fill = (text: string) => templates.fillText(text, scope)

  test('are filled by name, with spaces, prefixes, dotted paths and list places', () => {
    expect(fill('Hi {{name}}, {{ registration:phone }}!')).toBe('Hi Оксана, +380501112233!')
    expect(fill('{{order.id}}: {{order.items[1].title}} {{order.items.0.title}}')).toBe('17: Cups Tea')
  })

  test('print lists of words with commas, other structures as JSON, and nothing for what is missing', () => {
    expect(fill('{{tags}}')).toBe('vip, new')
    expect(fill('{{order}}')).toBe('{"id":17,"items":[{"title":"Tea"},{"title":"Cups"}]}')
    expect(fill('[{{unknown}}|{{none}}|{{order.no.such}}|{{}}|{{big}}]'.replaceAll('|', '/'))).toBe('[////12]')
  })

  test('leave braces that open nothing alone', () => {
    expect(fill('a }} b {{ c')).toBe('a }} b {{ c')
    expect(fill('{{ {{name}} }}')).toBe('{{ Оксана }}')
    expect(fill('{name}')).toBe('{name}')
  })

  test('escape values, never the text around them, in HTML', () => {
    expect(templates.fillText('<i>{{html}}</i>', scope, 'html')).toBe('<i>&lt;b onclick=&quot;x&quot;&gt;&amp;&lt;/b&gt;</i>')
    expect(templates.fill({ format: 'html', text: '<i>{{html}}</i>', other: '{{html}}' }, scope)).toEqual({
      format: 'html',
      text: '<i>&lt;b onclick=&quot;x&quot;&gt;&amp;&lt;/b&gt;</i>',
      other: '<b onclick="x">&</b>',
    })
  })

  test('are encoded in an address, except at its beginning', () => {
    expect(templates.fillText('{{base}}/find?phone={{registration:phone}}&q={{html}}', scope, 'url')).toBe(
      'https://crm.example/api/find?phone=%2B380501112233&q=%3Cb%20onclick%3D%22x%22%3E%26%3C%2Fb%3E',
    )
  })

  test('keep the type of a value where values are asked for', () => {
    expect(templates.values({ id: '{{order.id}}', items: '{{order.items}}', text: 'n {{order.id}}' }, scope)).toEqual({
      id: 17,
      items: [{ title: 'Tea' }, { title: 'Cups' }],
      text: 'n 17',
    })
  })

  test('may have filters and conditions', () => {
    expect(fill('Hi {{ nick | default: name | upcase }}')).toBe('Hi ОКСАНА')
    expect(fill('{% if order.id == 17 %}yes{% else %}no{% endif %}')).toBe('yes')
    expect(templates.fillText('{{ html | raw }}', scope, 'html')).toBe('&lt;b onclick=&quot;x&quot;&gt;&amp;&lt;/b&gt;')
    expect(fill('{{ order | default: 1 }}')).toContain('"id":17')
    expect(fill('{% if name %}{{registration:phone}}{% endif %} {{ registration:none | default: "-" }}')).toBe('+380501112233 -')
    expect(fill('{% for item in order.items %}{{ item.title }};{% endfor %}{{- name -}} {{ "x" | upcase }}')).toBe('Tea;Cups;ОксанаX')
  })

  test('cannot read files, hold the process up or stop the dialog', () => {
    expect(fill('{% include "package.json" %}{{name}}')).not.toContain('dependencies')
    expect(fill('{% for i in (1..100000000) %}{{i}}{% endfor %}')).toBe('')
    expect(fill('{% broken {{ name | }}')).not.toContain('[object')
    expect(templates.problem('{% if a %}')).toContain('not closed')
    expect(templates.problem('{{name}}')).toBeUndefined()
  })
})

describe('placeholders, whatever comes', () => {
  const templates = new Templates()
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('{{', '}}', '{%', '%}', '{{a}}', '{{ a.b[0] }}', '|', '{{a|upcase}}', '{{constructor}}', '{{a.__proto__.x}}', '{{toString}}'),
  )
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
  const anything = fc.dictionary(
    fc.constantFrom('a', 'b', 'name', '__proto__'),
    fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }),
  )

  test('never throw and never print an object as [object Object]', () => {
    fc.assert(
      fc.property(text, anything, fc.constantFrom('plain', 'html', 'url'), (template, values, mode) => {
        fc.pre(
          !template.includes('[object') &&
            !JSON.stringify(values, (_, value: unknown) => (typeof value === 'bigint' ? '' : value)).includes('[object'),
        )
        const filled = templates.fillText(template, scopeOf(values), mode as 'plain')
        expect(typeof filled).toBe('string')
        expect(filled).not.toContain('[object')
        templates.values(values, scopeOf(values))
      }),
      { numRuns: 2000 },
    )
  })

  test('never reach a prototype', () => {
    for (const path of [
      'constructor',
      '__proto__',
      'toString',
      'a.constructor.name',
      'a.__proto__.polluted',
      'list.map',
      'text.length',
      'a.hasOwnProperty',
    ]) {
      expect(templates.fillText(`[{{${path}}}]`, scopeOf({ a: {}, list: [], text: 'abc' }))).toBe('[]')
      expect(templates.fillText(`[{{ ${path} | upcase }}]`, scopeOf({ a: {}, list: [], text: '' }))).toMatch(/^\[0?\]$/)
    }
  })

  test('let no markup of a value through in HTML', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const filled = templates.fillText('{{a}}', scopeOf({ a: value }), 'html')
        expect(filled).not.toMatch(/[<>"']/)
        expect(templates.fillText('{{ a | strip }}', scopeOf({ a: value }), 'html')).not.toMatch(/[<>"']/)
      }),
    )
  })

  test('do not fill what a value contains', () => {
    expect(templates.fillText('{{a}}', scopeOf({ a: '{{secret}}', secret: 'x' }))).toBe('{{secret}}')
  })
})
