import { describe, expect, test } from 'vitest'
import { RouteTree } from './route-tree.ts'

const tree = (...routes: readonly string[]): RouteTree<string> => {
  const result = new RouteTree<string>()
  for (const route of routes) {
    const [method = '', path = ''] = route.split(' ')
    result.add(method, path, route)
  }
  return result
}

describe('the route tree', () => {
  test('finds fixed paths and parameters, with or without a last slash', () => {
    const routes = tree('GET /a/b', 'GET /a/:id', 'POST /a/:id/c/:name')
    expect(routes.find('GET', '/a/b')).toEqual({ value: 'GET /a/b', params: {} })
    expect(routes.find('GET', '/a/b/')).toEqual({ value: 'GET /a/b', params: {} })
    expect(routes.find('GET', '/a/x')).toEqual({ value: 'GET /a/:id', params: { id: 'x' } })
    expect(routes.find('POST', '/a/1/c/2')).toEqual({ value: 'POST /a/:id/c/:name', params: { id: '1', name: '2' } })
    expect(routes.find('GET', '/a')).toBeUndefined()
    expect(routes.find('GET', '/a/b/c')).toBeUndefined()
  })

  test('goes back to a parameter where the fixed branch ends blind', () => {
    const routes = tree('GET /a/b/c', 'GET /a/:id/d', 'DELETE /a/b')
    expect(routes.find('GET', '/a/b/d')).toEqual({ value: 'GET /a/:id/d', params: { id: 'b' } })
    expect(routes.find('GET', '/a/b')).toEqual({ allowed: ['DELETE'] })
  })

  test('lets a parameter of another method stand behind a fixed path', () => {
    const routes = tree('POST /a/new', 'GET /a/:id')
    expect(routes.find('GET', '/a/new')).toEqual({ value: 'GET /a/:id', params: { id: 'new' } })
    expect(routes.find('PUT', '/a/new')).toEqual({ allowed: ['POST', 'GET'] })
  })

  test('names the parameters as each route does', () => {
    const routes = tree('GET /a/:one', 'POST /a/:two')
    expect(routes.find('POST', '/a/x')).toEqual({ value: 'POST /a/:two', params: { two: 'x' } })
  })

  test('takes no empty parameter, and none that is not UTF-8', () => {
    const routes = tree('GET /a/:id/b')
    expect(routes.find('GET', '/a//b')).toBeUndefined()
    expect(routes.find('GET', '/a/%D1%96/b')).toEqual({ value: 'GET /a/:id/b', params: { id: 'і' } })
    for (const path of ['/a/%ff/b', '/a/%/b', '/a/%00/b']) expect(() => routes.find('GET', path)).toThrow('percent-encoded')
  })

  test('answers who has a path already, whatever its parameters are called', () => {
    const routes = tree('GET /a/:id')
    expect(routes.add('GET', '/a/:other/', 'second')).toBe('GET /a/:id')
    expect(routes.add('POST', '/a/:other', 'third')).toBeUndefined()
  })
})
