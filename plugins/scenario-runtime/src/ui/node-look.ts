/** The icon of a node in lists; kinds of other plugins get a plain one. */
const icons: Readonly<Record<string, string>> = {
  start: 'circle-play',
  'entry-point': 'log-in',
  'exit-point': 'log-out',
  message: 'message-square-text',
  MessageKeyboard: 'keyboard',
  'wait-for-input': 'text-cursor-input',
  action_router: 'split',
  action_set: 'variable',
  action: 'zap',
  'connect-to-operator': 'user-round',
  get_command: 'route',
  note: 'sticky-note',
}

export const nodeIcon = (type: string): string => icons[type] ?? icons[`action_${type}`] ?? 'plug'

/** The first words a person would recognise the node by. */
export const nodeWords = (parameters: Readonly<Record<string, unknown>> | undefined): string => {
  const text = parameters?.['text'] ?? parameters?.['templateId'] ?? parameters?.['alias'] ?? parameters?.['section'] ?? parameters?.['subject_alias']
  return typeof text === 'string' ? text : ''
}
