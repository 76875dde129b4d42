import type { RouteBuilder } from '@parley/plugin-api'
import { channels } from '@parley/plugin-conversations/api'
import { z } from 'zod'
import { viewRequests } from '../api/index.ts'
import type { PanelCradle } from './cradle.ts'

const words = z.union([z.string(), z.record(z.string(), z.string())])

export const channelRoutes = (http: RouteBuilder<PanelCradle>) => [
  http.get(
    '/channels',
    {
      permission: viewRequests,
      response: z.object({ channels: z.array(z.object({ kind: z.string(), title: words, icon: z.string() })) }),
      summary: 'How channels call themselves, by language, and their icons',
    },
    async (_call, { points }) => ({
      channels: [...points.get(channels)].map(([kind, { title, icon, about }]) => ({ kind, title: about?.title ?? title, icon })),
    }),
  ),
]
