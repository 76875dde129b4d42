/** The channel kind under which Telegram's accounts and conversations are stored. */
export const telegramChannel = 'telegram'
