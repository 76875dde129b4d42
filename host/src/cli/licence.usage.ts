export const licenceUsage = `parley licence show
parley licence verify <file> [--public-key ed25519:…]
parley licence issue --key <private.pem> --customer <name> --feature <name>… [--expires 2027-11-20 | --days 30] [--grace-days 30]
                     [--limit operators=120]… [--trial] [--id <id>] [--renew <old licence>] [--out <file>]
parley licence remove <id> [--yes]     what was uploaded; files are deleted where they are
parley licence keygen --out <folder>`
