import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mapSqlCode, splitSql } from './sql-text.ts'

const shout = (sql: string) => mapSqlCode(sql, (code) => code.toUpperCase())

describe('the scanner of statements', () => {
  test.each([
    [`select 'a''b {x}' from t`, `SELECT 'a''b {x}' FROM T`],
    [String.raw`select E'it\'s' , a`, String.raw`SELECT E'it\'s' , A`],
    ['select "Name" from t', 'SELECT "Name" FROM T'],
    ['select $$ it {x} $$ || a', 'SELECT $$ it {x} $$ || A'],
    ['select $tag$ a $$ b $tag$ || a', 'SELECT $tag$ a $$ b $tag$ || A'],
    ['select a -- {no} $1\nfrom t', 'SELECT A -- {no} $1\nFROM T'],
    ['select a /* {no}\n$1 */ from t', 'SELECT A /* {no}\n$1 */ FROM T'],
    ['select $1, $2 from t', 'SELECT $1, $2 FROM T'],
    [`select 'open`, `SELECT 'OPEN`],
  ])('rewrites the code of %s and nothing else', (sql, expected) => {
    expect(shout(sql)).toBe(expected)
  })

  test('loses no character of any text', () => {
    const fragment = fc.oneof(fc.string(), fc.constantFrom("'", '"', '$$', '$a$', '--', '/*', '*/', '\n', '\\', "E'", '{t}', '$1'))
    fc.assert(
      fc.property(fc.array(fragment), (fragments) => {
        const sql = fragments.join('')
        expect(
          splitSql(sql)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(sql)
      }),
    )
  })

  test('takes any literal for a literal', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const literal = `'${text.replaceAll("'", "''")}'`
        expect(mapSqlCode(`SELECT ${literal}, 1`, () => '')).toBe(literal)
      }),
    )
  })
})
