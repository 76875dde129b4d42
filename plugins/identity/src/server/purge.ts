import type { IdentityCradle } from './cradle.ts'

const day = 86_400_000

/** Rows that can no longer matter to anybody. */
export async function purge({ sessionStore, lockoutStore, passwordLinkStore, clock }: IdentityCradle): Promise<void> {
  const ago = (days: number) => new Date(clock.now().getTime() - days * day)
  // kept for a month: a stolen token that comes late must still be recognised as used
  await sessionStore.purge(ago(30))
  await lockoutStore.purge(ago(1))
  await passwordLinkStore.purge(ago(1))
}
