import { release } from '../release.ts'
import { licenceUsage } from './licence.usage.ts'
import { pluginsUsage } from './plugins.usage.ts'

const shortUsage = {
  plugins: 'parley plugins [list|add|update|remove|disable|enable|quarantine|release|purge|clean|keygen|sign]',
  licence: 'parley licence show|verify|issue|remove|keygen',
}

export const usage = `parley start [--role web,worker,realtime,connector,scheduler,runner] [--demo]
parley dev [options of start]
parley migrate
${shortUsage.plugins}
${shortUsage.licence}
parley doctor
parley demo [--remove]
parley config export [folder]
parley config diff <folder> [--only plugin/kind] [--secrets file]
parley config import <folder> [--dry-run] [--prune] [--overwrite] [--only plugin/kind] [--secrets file]
parley backup [folder] [--with-key]
parley restore <folder> [--replace]
parley [command] --help, --version`

const long = usage.replace(shortUsage.plugins, pluginsUsage).replace(shortUsage.licence, licenceUsage)

/** What is asked of the command line itself, `--help` or `--version`; `undefined` where a command is to run. */
export function toldOf(words: readonly string[]): string | undefined {
  if (words.includes('--version')) return release
  if (words[0] === 'help') return helpOf(words.slice(1))
  return words.includes('--help') || words.includes('-h') ? helpOf(words) : undefined
}

/** Of the longest command that the words begin with; of all where they begin with none. */
function helpOf(words: readonly string[]): string {
  const named = words.slice(0, 2).filter((word) => /^[a-z]+$/.test(word))
  // a line that is indented goes on with the one before it
  const entries = long.split(/\n(?! )/)
  for (let count = named.length; count > 0; count--) {
    const command = new RegExp(`^parley ${named.slice(0, count).join(' ')}\\b`)
    const found = entries.filter((entry) => command.test(entry))
    if (found.length > 0) return found.join('\n')
  }
  return usage
}
