/** @internal A saved secret as a server shows it, never itself: `{ $saved: '…' }`, or the mask of settings. Sent back, it stays what it is. */
export const isSavedSecret = (value: unknown): boolean =>
  value === '••••••••' || (typeof value === 'object' && value !== null && typeof (value as { $saved?: unknown }).$saved === 'string')
