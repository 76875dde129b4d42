import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { storable, storableText } from './storable.ts'

describe('storable', () => {
  it('drops what PostgreSQL refuses and keeps the rest', () => {
    expect(storableText('a\0b\ud83dc😀')).toBe('ab\ufffdc😀')
    expect(storable({ 'k\0': ['x\0', { deep: '\udc00' }, 1, null, true] })).toEqual({ k: ['x', { deep: '\ufffd' }, 1, null, true] })
  })

  it('gives back what needs no change, and a copy of what does', () => {
    const [plain, damaged] = [{ k: ['x', { deep: 'y' }, 1, null, true] }, { k: ['x', { deep: 'y\0' }] }]
    expect(storable(plain)).toBe(plain)
    expect(storable(damaged)).toEqual({ k: ['x', { deep: 'y' }] })
    expect(damaged).toEqual({ k: ['x', { deep: 'y\0' }] })
    expect(storable({ at: new URL('https://a.example/%00') })).toEqual({ at: {} })
  })

  it('keeps a key that is the name of the prototype a key', () => {
    const clean = storable(JSON.parse('{"__proto__": {"polluted": "a\\u0000"}}'))
    expect(Object.getPrototypeOf(clean)).toBe(Object.prototype)
    expect(Object.entries(clean)).toEqual([['__proto__', { polluted: 'a' }]])
  })

  it('refuses what is nested without end', () => {
    let nested: unknown = 'x'
    for (let depth = 0; depth < 100_000; depth++) nested = [nested]
    expect(() => storable(nested)).toThrow('nested more than 32 deep')
  })

  it('leaves nothing that jsonb would refuse, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 4 }), fc.string({ unit: 'binary' }), (value, text) => {
        const json = JSON.stringify(storable({ value: JSON.parse(JSON.stringify(value) ?? 'null'), text })) ?? ''
        expect(json).not.toContain('\\u0000')
        expect(json).not.toMatch(/\\ud[89a-f]/i)
      }),
    )
  })
})
