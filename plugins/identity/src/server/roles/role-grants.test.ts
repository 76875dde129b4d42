import { permission } from '@parley/plugin-api'
import { describe, expect, test } from 'vitest'
import { RoleGrants } from './role-grants.ts'

const viewRequests = permission('operator_panel', 'view', 'See requests', 'bot')
const editRequests = permission('operator_panel', 'edit', 'Answer', 'bot')
const panelSettings = permission('operator_panel', 'settings', 'Set up')
const viewClients = permission('clients', 'view', 'See clients')
const viewUsers = permission('users', 'view', 'See users')
const instance = permission('instance', 'edit', 'Change the instance')
const fromLater = permission('acme_crm', 'edit', 'Change deals')
const grants = new RoleGrants([])
const may = (role: string, ...asked: Parameters<RoleGrants['allows']> extends [unknown, ...infer Rest] ? Rest : never) =>
  grants.allows({ roles: [role] }, ...asked)

describe('built-in roles', () => {
  test('root may do everything, also what plugins bring later; an administrator everything except the instance', () => {
    for (const asked of [viewRequests, instance, fromLater]) expect(may('root', asked)).toBe(true)
    expect(may('administrator', fromLater)).toBe(true)
    expect(may('administrator', instance)).toBe(false)
  })

  test('an operator answers and changes clients but sets nothing up', () => {
    expect([viewRequests, editRequests, viewClients].map((asked) => may('operator', asked))).toEqual([true, true, true])
    expect([panelSettings, viewUsers, fromLater].map((asked) => may('operator', asked))).toEqual([false, false, false])
  })

  test('a light agent reads, a supervisor sets up the panel, an analyst sees and changes nothing', () => {
    expect(may('light_agent', viewRequests)).toBe(true)
    expect(may('light_agent', editRequests)).toBe(false)
    expect(may('supervisor', panelSettings)).toBe(true)
    expect(may('analyst', viewClients)).toBe(true)
    expect(may('analyst', editRequests)).toBe(false)
    expect(may('analyst', viewUsers)).toBe(false)
  })

  test('no name of a prototype is a role', () => {
    expect(may('constructor', viewClients)).toBe(false)
    expect(may('__proto__', viewClients)).toBe(false)
  })
})

describe('adjusted and custom roles', () => {
  test('adjustments add to and take from the rule of a built-in role', () => {
    const adjusted = new RoleGrants([{ key: 'operator', title: '', description: '', granted: ['users.view'], revoked: ['clients.view'] }])
    expect(adjusted.allows({ roles: ['operator'] }, viewUsers)).toBe(true)
    expect(adjusted.allows({ roles: ['operator'] }, viewClients)).toBe(false)
    expect(adjusted.allows({ roles: ['operator'] }, viewRequests)).toBe(true)
  })

  test('root and administrator cannot be adjusted, whatever is stored', () => {
    const adjusted = new RoleGrants([{ key: 'administrator', title: '', description: '', granted: ['instance.edit'], revoked: ['clients.view'] }])
    expect(adjusted.allows({ roles: ['administrator'] }, viewClients)).toBe(true)
    expect(adjusted.allows({ roles: ['administrator'] }, instance)).toBe(false)
  })

  test('a custom role is exactly its list; several roles add up', () => {
    const custom = new RoleGrants([{ key: 'crm', title: '', description: '', granted: ['acme_crm.edit'], revoked: [] }])
    expect(custom.allows({ roles: ['crm'] }, fromLater)).toBe(true)
    expect(custom.allows({ roles: ['crm'] }, viewClients)).toBe(false)
    expect(custom.allows({ roles: ['crm', 'operator'] }, viewClients)).toBe(true)
    expect(custom.allows({ roles: ['gone'] }, viewClients)).toBe(false)
  })
})

describe('limit to some bots', () => {
  const limited = { roles: ['operator'], botIds: ['b1'] }

  test('rights of a bot hold for the bots of the person, all other rights as usual', () => {
    expect(grants.allows(limited, editRequests, 'b1')).toBe(true)
    expect(grants.allows(limited, editRequests, 'b2')).toBe(false)
    expect(grants.allows(limited, editRequests)).toBe(true)
    expect(grants.allows(limited, viewClients)).toBe(true)
  })

  test('root and administrator are never limited', () => {
    expect(grants.allows({ roles: ['administrator'], botIds: ['b1'] }, editRequests, 'b2')).toBe(true)
  })
})
