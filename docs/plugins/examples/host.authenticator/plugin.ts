import { authenticator, definePlugin, permissionId } from '@parley/plugin-api'
import { z } from 'zod'

const person = z.object({ id: z.string(), name: z.string(), rights: z.array(z.string()) })

export default definePlugin({
  id: 'staff-directory',
  config: z.object({ url: z.url() }),
  contributes: (add) => [
    add(authenticator, 'staff-directory', ({ http, config }) => ({
      authenticate: async ({ scheme, token }) => {
        if (scheme !== 'bearer') return undefined
        const answer = await http(`${config.url}/whoami`, { headers: { authorization: `Bearer ${token}` } })
        if (!answer.ok) return undefined
        const { id, name, rights } = person.parse(await answer.json())
        return { kind: 'user', id, name, can: (permission) => rights.includes(permissionId(permission)) }
      },
    })),
  ],
})
