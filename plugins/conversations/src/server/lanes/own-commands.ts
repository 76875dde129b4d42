/** Commands for this holder are worked off here: what a channel tells about a chat, in the order of the lane. */
export const ownHolder = 'conversations'
