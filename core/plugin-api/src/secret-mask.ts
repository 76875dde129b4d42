/** What stands for a secret wherever a value is shown: in audit, in settings forms. In a form, writing it back keeps the stored secret. */
export const secretMask = '••••••••'
