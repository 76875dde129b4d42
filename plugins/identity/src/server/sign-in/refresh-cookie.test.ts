import { expect, test } from 'vitest'
import { clearRefreshCookie, readRefreshCookie, writeRefreshCookie } from './refresh-cookie.ts'

test('the cookie is for sign-in only, out of reach of scripts and other sites', () => {
  expect(writeRefreshCookie('abc', { secure: true, maxAge: 60 })).toBe(
    'parley_refresh=abc; Path=/api/v1/auth; HttpOnly; SameSite=Strict; Max-Age=60; Secure',
  )
  expect(writeRefreshCookie('abc', { secure: false, maxAge: 60 })).not.toContain('Secure')
  expect(clearRefreshCookie({ secure: false })).toContain('Max-Age=0')
})

test('the cookie is found among others', () => {
  expect(readRefreshCookie('a=1; parley_refresh=abc-_; b=2')).toBe('abc-_')
  expect(readRefreshCookie('xparley_refresh=abc')).toBeUndefined()
  expect(readRefreshCookie('parley_refresh=')).toBeUndefined()
  expect(readRefreshCookie(undefined)).toBeUndefined()
})
