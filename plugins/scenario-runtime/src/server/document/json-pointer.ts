/** RFC 6901. @example jsonPointer(['sections', 0, 'a/b']) === '/sections/0/a~1b' */
export const jsonPointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** The keys of a validator's issue, which may be wrapped. */
export const issuePath = (path: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined): PropertyKey[] =>
  (path ?? []).map((part) => (typeof part === 'object' ? part.key : part))
