/** `problem`: something does not work. `notice`: somebody wanted it so, or it will be a problem. */
export interface Finding {
  readonly level: 'problem' | 'notice'
  readonly text: string
}

export const problem = (text: string): Finding => ({ level: 'problem', text })
export const notice = (text: string): Finding => ({ level: 'notice', text })
