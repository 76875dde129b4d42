import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { base, createJail, orderAction, type Jail } from './jail-world.ts'

let jail: Jail
beforeAll(
  async () =>
    void (jail = await createJail({
      outside: ({ url }) => (String(url).startsWith('https://shop.example/') ? { body: { state: 'packed' } } : undefined),
    })),
)
afterAll(() => jail.stop())

const write = async (id: string, change: object = {}) => {
  const code = orderAction.code.replaceAll('action_order', id)
  return (await jail.admin.post(`${base}/actions`, { id, ...orderAction, code, ...change })).body as { version: number }
}
const audited = async (id: string): Promise<string[]> =>
  (await jail.host.database.host.query('SELECT action FROM {audit_log} WHERE object_id = $1 ORDER BY id', [id])).map(({ action }) => String(action))

describe('custom actions', () => {
  test('are written, changed and read; a save from a stale page is told and changes nothing', async () => {
    expect(await write('action_a')).toMatchObject({ id: 'action_a', version: 1, updatedBy: 'Ada' })
    const body = { ...orderAction, code: orderAction.code.replaceAll('action_order', 'action_a') }
    expect((await jail.admin.put(`${base}/actions/action_a`, { ...body, version: 1, name: 'Second' })).body).toMatchObject({ version: 2 })
    const stale = await jail.admin.put(`${base}/actions/action_a`, { ...body, version: 1, name: 'Other' })
    expect(stale).toMatchObject({ status: 409, body: { code: 'stale_write', detail: expect.stringContaining('Ada saved version 2') as string } })
    expect((await jail.admin.get(`${base}/actions/action_a`)).body).toMatchObject({ name: 'Second', version: 2, uses: [] })
    // the same once more is no version
    expect((await jail.admin.put(`${base}/actions/action_a`, { ...body, version: 2, name: 'Second' })).body).toMatchObject({ version: 2 })
    const { body: list } = await jail.admin.get(`${base}/actions`)
    expect(list.actions).toMatchObject([{ id: 'action_a', name: 'Second', uses: 0 }])
    expect(list.actions[0]).not.toHaveProperty('code')
    expect((await jail.admin.post(`${base}/actions`, { id: 'action_a', ...body })).body).toMatchObject({ code: 'conflict' })
  })

  test('keep every version; an older one becomes the newest', async () => {
    await write('action_b', { name: 'First' })
    const current = (await jail.admin.get(`${base}/actions/action_b`)).body
    const { id: _id, updatedAt: _at, updatedBy: _by, uses: _uses, ...document } = current
    await jail.admin.put(`${base}/actions/action_b`, { ...document, name: 'Second', version: 1 })
    expect((await jail.admin.get(`${base}/actions/action_b/versions`)).body.versions).toMatchObject([{ version: 2 }, { version: 1, savedBy: 'Ada' }])
    expect((await jail.admin.get(`${base}/actions/action_b/versions/1`)).body).toMatchObject({ name: 'First' })
    expect((await jail.admin.post(`${base}/actions/action_b/versions/1/restore`, { version: 1 })).status).toBe(409)
    expect((await jail.admin.post(`${base}/actions/action_b/versions/1/restore`, { version: 2 })).body).toMatchObject({ version: 3, name: 'First' })
  })

  test('are deleted and brought back as they were, versions too', async () => {
    await write('action_c')
    expect((await jail.admin.delete(`${base}/actions/action_c`)).status).toBe(204)
    expect((await jail.admin.get(`${base}/actions/action_c`)).status).toBe(404)
    expect((await jail.admin.delete(`${base}/actions/action_c`)).status).toBe(404)
    expect((await jail.admin.post(`${base}/actions/action_c/bring-back`)).body).toMatchObject({
      version: 1,
      code: expect.stringContaining('action_c') as string,
    })
    await jail.admin.delete(`${base}/actions/action_c`)
    // an id that was deleted may be used again, and its versions go on
    expect(await write('action_c', { name: 'Anew' })).toMatchObject({ version: 2, name: 'Anew' })
    const verbs = ['create', 'delete', 'bring_back', 'delete', 'create']
    expect(await audited('action_c')).toEqual(verbs.map((verb) => `custom_action.${verb}`))
  })

  test('belong to those who may', async () => {
    await write('action_d')
    const may = (...permissions: string[]) => jail.host.http.as({ permissions })
    const body = { ...orderAction, code: orderAction.code.replaceAll('action_order', 'action_d'), version: 1 }
    expect((await may().get(`${base}/actions`)).status).toBe(403)
    expect((await may('action_jail.view').get(`${base}/actions/action_d`)).status).toBe(200)
    expect((await may('action_jail.view').put(`${base}/actions/action_d`, body)).status).toBe(403)
    expect((await may('action_jail.view').post(`${base}/test`, { id: 'action_d', code: '', config: {} })).status).toBe(403)
    expect((await may('action_jail.edit').delete(`${base}/actions/action_d`)).status).toBe(403)
    expect((await may('action_jail.delete').delete(`${base}/actions/action_d`)).status).toBe(204)
  })

  test('older than a month since they were deleted, and runs older than a week, are forgotten', async () => {
    await write('action_e')
    await jail.admin.delete(`${base}/actions/action_e`)
    const forget = (days: number) =>
      jail.host.run('action-jail', ({ actionStore }) => actionStore.forgetDeleted(new Date(jail.host.clock.now().getTime() - days * 86_400_000)))
    await forget(30)
    expect(await jail.host.run('action-jail', ({ actionStore }) => actionStore.find('action_e'))).toBeDefined()
    await forget(-1)
    expect(await jail.host.run('action-jail', ({ actionStore }) => actionStore.find('action_e'))).toBeUndefined()
  })
})

describe('a check', () => {
  const problems = async (id: string, code: string, config: object = { events_schema: ['success'] }) =>
    (await jail.admin.post(`${base}/check`, { id, code, config })).body.problems as { code: string; line?: number; path?: string; level: string }[]
  const codes = async (...given: Parameters<typeof problems>) => (await problems(...given)).map(({ code }) => code)
  const good = 'async function action_x() { return "success" }\nmodule.exports = action_x'

  test('finds everything at once, with its place', async () => {
    const config = {
      parameters: [
        { name: 'a' },
        { name: 'a', type: 'select' },
        { name: 'n', type: 'number', defaultValue: 'many' },
        { name: 'p', type: 'number', defaultValue: '{{count}}' },
      ],
      ui: { groups: [{ title: 'G', parameters: ['a', 'b', 'a'] }] },
      events_schema: ['x', 'x'],
    }
    expect(await problems('action_set', 'module.exports = {\n  a: 1,,\n}', config)).toMatchObject([
      { code: 'id_taken' },
      { code: 'code_syntax', part: 'code', line: 2 },
      { code: 'parameter_twice', path: 'parameters.1.name' },
      { code: 'options_missing', path: 'parameters.1.options' },
      { code: 'default_wrong', path: 'parameters.2.defaultValue' },
      { code: 'group_unknown', path: 'ui.groups.0.parameters.1' },
      { code: 'group_twice', path: 'ui.groups.0.parameters.2' },
      { code: 'event_twice', path: 'events_schema.1' },
    ])
    expect(await codes('action_x', good, {})).toEqual(['config_shape'])
    expect(await codes('action_x', good, { events_schema: [] })).toEqual(['events_missing'])
    expect(await codes('x', good)).toEqual(['id_wrong'])
    expect(await codes('action_x', good, { events_schema: ['a'], parameters: [{ name: 'a', type: 'number' }], json_example: { a: 'no' } })).toEqual([
      'example_wrong',
    ])
  })

  test.each([
    ['module.exports = action_x', good],
    ['no export', 'async function action_x() { return "success" }'],
    ['no export and a comment at the end', 'const action_x = async () => "success" // the end'],
    ['exports.action_x', 'exports.action_x = async function action_x() { return "success" }'],
    ['an object', 'module.exports = { action_x: async () => "success" }'],
    ['not asynchronous', 'module.exports = function action_x() { return "success" }'],
  ])('takes code with %s, and it runs', async (_name, code) => {
    expect(await codes('action_x', code)).toEqual([])
    const { body } = await jail.admin.post(`${base}/test`, { id: 'action_x', code, config: { events_schema: ['success'] } })
    expect(body).toMatchObject({ event: 'success' })
  })

  test('says what is wrong with code that does not export its function', async () => {
    expect(await problems('action_x', 'const a = 1')).toMatchObject([{ code: 'code_not_exported' }])
    expect(await problems('action_x', '')).toMatchObject([{ code: 'code_missing' }])
    expect(await problems('action_x', 'export default async function action_x() {}')).toMatchObject([{ code: 'code_export', line: 1 }])
    expect(await problems('action_x', 'module.exports = function action_y() {}')).toMatchObject([{ level: 'warning', code: 'code_other_name' }])
    expect(await problems('action_x', '\n\nnothing.there()\nmodule.exports = () => 1')).toMatchObject([{ code: 'code_throws', line: 3 }])
    expect(await problems('action_x', 'function action_x() {\n  return 1')).toMatchObject([{ code: 'code_syntax', line: 2 }])
    expect(await problems('action_x', 'for (;;) {}')).toMatchObject([{ code: 'code_throws' }])
  })

  test('stands before every save', async () => {
    const answer = await jail.admin.post(`${base}/actions`, { id: 'action_broken', ...orderAction, code: 'module.exports = ' })
    expect(answer).toMatchObject({ status: 422, body: { code: 'unprocessable', detail: expect.stringContaining('was not saved') as string } })
    expect((await jail.admin.get(`${base}/actions/action_broken`)).status).toBe(404)
  })

  test('draws the form that a node has', async () => {
    const config = {
      parameters: [
        { name: 'city', type: 'select', label: 'City', options: ['Lviv', { value: 'kyiv', label: 'Kyiv' }], required: true },
        { name: 'note', type: 'text', description: 'Why' },
        { name: 'count', type: 'integer', defaultValue: 3 },
      ],
      ui: { groups: [{ title: 'Where', parameters: ['city'] }] },
      events_schema: [{ name: 'success', description: 'fine' }],
    }
    expect((await jail.admin.post(`${base}/check`, { id: 'action_x', code: good, config })).body.form).toMatchObject({
      schema: {
        required: ['city'],
        properties: {
          city: { title: 'City', anyOf: [{ const: 'Lviv' }, { const: 'kyiv', title: 'Kyiv' }] },
          note: { type: 'string', format: 'multiline', description: 'Why' },
          count: { type: 'integer', default: 3 },
        },
      },
      groups: [{ title: 'Where', parameters: ['city'] }],
      events: [{ name: 'success', description: 'fine' }],
    })
  })
})

describe('a test run', () => {
  const run = async (code: string, more: object = {}) =>
    (await jail.admin.post(`${base}/test`, { id: 'action_x', code, config: { events_schema: ['success'] }, ...more })).body

  test('gives event, constants, log and time', async () => {
    const { id: _id, ...given } = { id: 'x', code: orderAction.code.replaceAll('action_order', 'action_x'), config: orderAction.config }
    const body = await run(given.code, { config: given.config, parameters: { number: '7', token: 't' }, constants: { a: 1 } })
    expect(body).toMatchObject({ event: 'found', constants: { order_state: 'packed', seen: ['packed', 'action'] }, removed: [] })
    expect(body.log).toEqual([{ level: 'info', text: 'asked for 7' }])
    expect(body.duration).toBeGreaterThan(0)
    expect(jail.host.outbound.calls.at(-1)).toMatchObject({ url: 'https://shop.example/orders/7' })
  })

  test('removes constants, and sees what it has set', async () => {
    const code =
      'module.exports = function action_x() { this.setCurrentStateConstant("a", undefined); return "a" in this.getCurrentConstJSON() ? "no" : "success" }'
    expect(await run(code, { constants: { a: 1 } })).toMatchObject({ event: 'success', constants: {}, removed: ['a'] })
  })

  test.each([
    [
      'thrown',
      'module.exports = async function action_x() {\n  this.setCurrentStateConstant("a", 1)\n  console.warn("here")\n  throw new Error("no luck")\n}',
      { line: 4, message: expect.stringContaining('no luck') as string },
    ],
    ['time_limit', 'module.exports = () => { for (;;) {} }', {}],
    ['never_settled', 'module.exports = () => new Promise(() => {})', {}],
    ['wrong_event', 'module.exports = () => "other"', { message: expect.stringContaining('"success"') as string }],
    ['wrong_event', 'module.exports = () => {}', { message: expect.stringContaining('returned nothing') as string }],
    ['thrown', 'module.exports = async function () { await this.request({ url: 5 }) }', { message: expect.stringContaining('url') as string }],
    ['thrown', 'module.exports = async function () { await this.request("http://10.0.0.1/") }', {}],
    ['no_function', 'module.exports = 5', {}],
  ])('that fails says why: %s', async (reason, code, failure) => {
    const body = await run(code, { config: { events_schema: ['success'], time_limit: 0.5 } })
    expect(body).toMatchObject({ failure: { reason, ...failure }, constants: {} })
    expect(body).not.toHaveProperty('event')
  })

  test('says which parameters do not fit, and runs nothing', async () => {
    const config = { events_schema: ['success'], parameters: [{ name: 'n', type: 'number', required: true }] }
    expect(await run('module.exports = () => "success"', { config, parameters: { n: 'x' } })).toMatchObject({ failure: { reason: 'parameters' } })
  })

  test('code reaches nothing of this installation', async () => {
    const code =
      'module.exports = () => [typeof require, typeof process, typeof fetch, typeof setTimeout].every((type) => type === "undefined") ? "success" : "no"'
    expect(await run(code)).toMatchObject({ event: 'success' })
  })
})
