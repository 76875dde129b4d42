/** The channel kind of the documented product. */
export const customChannel = 'custom_channel'
