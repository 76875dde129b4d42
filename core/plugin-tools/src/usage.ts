/** What each command takes. */
const usages = {
  create: `parley-plugin create [folder]   makes a plugin from a template, and asks what it has to know
    --kind channel|feature|scenario-node   --name acme-sms   --title "Acme SMS"
    --package @acme/parley-sms   default: parley-plugin-<name>, or the name where it is one of a package
    --no-ui            a feature without a page
    --packages <folder>  take Parley's packages from tarballs instead of the registry`,
  build: `parley-plugin build [folder]    builds server, api and UI into dist
    --ui | --server    only that part`,
  check: `parley-plugin check [folder]    builds, and says what would stop the plugin or hurt who installs it
    --json             for programs
    --fix              writes into package.json what the code declares
    --no-build         judges what is built already`,
  dev: `parley-plugin dev [folder]      builds at every change and hands the plugin to a host that was started with "parley dev"
    --host <address>   default http://localhost:3000`,
  pack: `parley-plugin pack [folder]     builds, checks, and makes the tarball for "parley plugins add"
    --to <folder>      where to put it
    --json             for programs`,
} as const

const forAll = 'parley-plugin [command] --help, --version'

/** Of one command, or of all. */
export const usageOf = (command?: string): string =>
  command === undefined ? [...Object.values(usages), forAll].join('\n') : usages[command as keyof typeof usages]
