import type { Request } from '../../api/index.ts'

export const folderIds = ['mine', 'unassigned', 'queue', 'open', 'closed'] as const
export type FolderId = (typeof folderIds)[number]

export const isFolder = (text: unknown): text is FolderId => folderIds.includes(text as FolderId)

/** Whether a folder shows the request to this operator: the same rule as the server's. */
export const belongs = (folder: FolderId, request: Request, userId: string): boolean => {
  switch (folder) {
    case 'mine':
      return request.state === 'open' && request.assignee?.id === userId
    case 'unassigned':
      return request.state === 'new'
    case 'queue':
      return request.state === 'queued'
    case 'open':
      return request.state !== 'closed'
    case 'closed':
      return request.state === 'closed'
  }
}

/** The order of a folder: who waits longest and weighs most first; own dialogs and closed ones by the last word. */
export const inOrder = (folder: FolderId, requests: readonly Request[]): Request[] => {
  const compare: Record<FolderId, (a: Request, b: Request) => number> = {
    mine: (a, b) => later(a.lastAt, b.lastAt),
    open: (a, b) => later(a.lastAt, b.lastAt),
    closed: (a, b) => later(a.closedAt ?? '', b.closedAt ?? ''),
    unassigned: waiting,
    queue: waiting,
  }
  return [...requests].sort((a, b) => compare[folder](a, b) || (a.id < b.id ? -1 : 1))
}

const later = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0)
const waiting = (a: Request, b: Request): number => b.weight - a.weight || -later(a.createdAt, b.createdAt)
