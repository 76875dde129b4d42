import { ParleyError } from '@parley/plugin-api'

/** What people meet on the screens, with codes of their own so that the screens can say it in their language. */
const refusal = (name: string, status: number, message: string, details?: Readonly<Record<string, unknown>>): ParleyError =>
  new ParleyError(`identity/${name}`, message, { family: 'user', status, ...(details === undefined ? {} : { details }) })

export const passwordTooShort = (passwordMinLength: number): ParleyError =>
  refusal('password_too_short', 400, `The password needs at least ${passwordMinLength} characters.`, { passwordMinLength })

export const passwordTooEasy = (): ParleyError =>
  refusal('password_too_easy', 400, 'The password is too easy to guess. Use several words or a password manager.')

export const passwordWrong = (): ParleyError => refusal('password_wrong', 400, 'The current password is wrong.')

export const linkUsed = (): ParleyError => refusal('link_used', 404, 'This link was used already or is too old. Ask an administrator for a new one.')

export const loginTaken = (email: string): ParleyError =>
  refusal('login_taken', 409, `"${email}" is already the login of another person. Use another address.`)

export const tooManyOperators = (limit: number): ParleyError =>
  refusal(
    'too_many_operators',
    402,
    `The licence allows ${limit} active people. Deactivate somebody, or extend the licence under Settings, Licence.`,
    {
      limit,
    },
  )

export const lastRoot = (): ParleyError =>
  refusal('last_root', 409, 'This is the last active person with the role Root. Give that role to somebody else first.')

export const onlyRoot = (): ParleyError => refusal('only_root', 403, 'Only a person with the role Root can give, take or manage the role Root.')

export const beyondOwnRights = (permissions: readonly string[]): ParleyError =>
  refusal('beyond_own_rights', 403, `You can only give and take rights you hold yourself, and you do not hold: ${permissions.join(', ')}.`, {
    permissions,
  })

export const limitedToBots = (): ParleyError =>
  refusal('limited_to_bots', 403, 'You work with some bots only. People beyond those, and roles, are for somebody who works with all of them.')

export const roleInUse = (title: string, people: number): ParleyError =>
  refusal('role_in_use', 409, `The role "${title}" is held by ${people} people. Give them another role first.`, { people })
