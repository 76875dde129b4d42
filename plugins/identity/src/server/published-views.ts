import type { PublishedViews } from '@parley/plugin-api'

/** Deleted people stay in it as inactive: dialogs name them. */
export const publishes: PublishedViews = {
  users: 'SELECT id, email, first_name, last_name, active, avatar_url FROM users',
}
