import type { Migrations } from '@parley/plugin-api'
import { users } from './20261120T1000-users.ts'
import { signIn } from './20261120T1010-sign-in.ts'

export const migrations: Migrations = {
  '20261120T1000_users': users,
  '20261120T1010_sign_in': signIn,
}
