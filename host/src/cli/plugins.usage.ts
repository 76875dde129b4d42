export const pluginsUsage = `parley plugins [list] [--json]
parley plugins add <tarball | folder | package[@version]> [--signature FILE] [--yes] [--force]
parley plugins update <id | tarball> [--signature FILE] [--yes] [--force]
parley plugins remove <id> [--yes]           its data stay
parley plugins disable <id> [--reason TEXT] [--yes]      in running processes too, within seconds
parley plugins enable <id> [--yes]
parley plugins quarantine <id> [--reason TEXT] [--yes]   the same as disable, for one that does harm
parley plugins release <id> [--yes]
parley plugins purge <id> [--confirm <id>]   deletes the data of a plugin that was removed
parley plugins clean                         deletes unpacked files that nothing names any more
parley plugins keygen --out FILE             a key for signing
parley plugins sign <tarball | folder> --key FILE`
