import { describe, expect, test } from 'vitest'
import { expandPlaceholders, PluginSchema, schemaNameOf } from './plugin-schema.ts'

describe('names in statements', () => {
  test('a plugin has a schema named after it, the host its own', () => {
    expect(schemaNameOf('operator-panel')).toBe('plugin_operator_panel')
    expect(schemaNameOf('host')).toBe('host')
  })

  test('own tables and published views are qualified', () => {
    const schema = new PluginSchema('operator-panel')
    expect(schema.expand('SELECT * FROM {requests} JOIN {clients.clients} c ON true')).toBe(
      'SELECT * FROM "plugin_operator_panel"."requests" JOIN "plugin_clients"."published_clients" c ON true',
    )
  })

  test('braces in literals are left alone', () => {
    const sql = `SELECT '{a}'::text[], '{"b": 1}'::jsonb FROM t`
    expect(expandPlaceholders(sql, 'plugin_x')).toBe(sql)
  })

  test.each(['{Requests}', '{a b}', '{}', '{a.b.c}'])('%s is refused', (name) => {
    expect(() => expandPlaceholders(`SELECT * FROM ${name}`, 'plugin_x')).toThrow(/names no table/)
  })
})
