/** The few words the components bring themselves. */
export interface KitTexts {
  close: string
  cancel: string
  confirm: string
  retry: string
  undo: string
  copy: string
  copied: string
  clear: string
  loading: string
  noResults: string
  search: string
  back: string
  menu: string
  add: string
  remove: string
  selectAll: string
  selectRow: string
  selected: string
  showPassword: string
  hidePassword: string
  secretSaved: string
  secretRemoved: string
  keep: string
  dropFiles: string
  browse: string
  tooLarge: string
  wrongType: string
  typeToConfirm: string
  errorCode: string
  notifications: string
  online: string
  away: string
  offline: string
  required: string
  invalid: string
  invalidEmail: string
  invalidUrl: string
  invalidNumber: string
  invalidInteger: string
  tooShort: string
  tooLong: string
  tooSmall: string
  tooBig: string
  tooFew: string
  tooMany: string
  notAllowed: string
  resize: string
}

/** The words of the components, which is also what they say without `createUiKit()`. */
export const englishTexts: KitTexts = {
  close: 'Close',
  cancel: 'Cancel',
  confirm: 'Confirm',
  retry: 'Try again',
  undo: 'Undo',
  copy: 'Copy',
  copied: 'Copied',
  clear: 'Clear',
  loading: 'Loading',
  noResults: 'Nothing found',
  search: 'Search',
  back: 'Back',
  menu: 'More actions',
  add: 'Add',
  remove: 'Remove',
  selectAll: 'Select all',
  selectRow: 'Select row',
  selected: '{count} selected',
  showPassword: 'Show',
  hidePassword: 'Hide',
  secretSaved: 'Saved. Leave empty to keep it.',
  secretRemoved: 'Will be removed when you save.',
  keep: 'Keep',
  dropFiles: 'Drop files here',
  browse: 'Choose files',
  tooLarge: '“{name}” is larger than {size}. Choose a smaller file.',
  wrongType: '“{name}” is of a type that is not accepted here.',
  typeToConfirm: 'Type “{name}” to confirm',
  errorCode: 'Code',
  notifications: 'Notifications',
  online: 'Online',
  away: 'Away',
  offline: 'Offline',
  required: 'Fill this in.',
  invalid: 'This does not have the expected form.',
  invalidEmail: 'Write an e-mail address such as name@example.com.',
  invalidUrl: 'Write a full address that starts with https://.',
  invalidNumber: 'Write a number.',
  invalidInteger: 'Write a whole number.',
  tooShort: 'Use at least {limit} characters.',
  tooLong: 'Use at most {limit} characters.',
  tooSmall: 'The smallest allowed value is {limit}.',
  tooBig: 'The largest allowed value is {limit}.',
  tooFew: 'Add at least {limit}.',
  tooMany: 'At most {limit} are allowed.',
  notAllowed: 'Choose one of the offered values.',
  resize: 'Change the width',
}

/** @internal */
export const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
