const name = 'parley_refresh'

/** Sent back only to the routes of sign-in, never to scripts or to other sites. */
export const writeRefreshCookie = (token: string, options: { secure: boolean; maxAge: number }): string =>
  `${name}=${token}; Path=/api/v1/auth; HttpOnly; SameSite=Strict; Max-Age=${options.maxAge}${options.secure ? '; Secure' : ''}`

export const clearRefreshCookie = (options: { secure: boolean }): string => writeRefreshCookie('', { ...options, maxAge: 0 })

export function readRefreshCookie(header: string | undefined): string | undefined {
  const pair = header?.split(';').find((part) => part.trim().startsWith(`${name}=`))
  const value = pair?.trim().slice(name.length + 1)
  return value === '' ? undefined : value
}
