import type { Plugin } from 'vite'

/** Lucide gives each shape a random key for its own components; the kit draws by index, and random letters do not compress. */
export const leanIcons = (): Plugin => ({
  name: 'parley:lean-icons',
  apply: 'build',
  transform: {
    filter: { id: /@lucide[/\\]vue[/\\].*[/\\]icons[/\\]/ },
    handler: (code) => ({ code: code.replace(/, key: "\w+"/g, '').replace(/\n {2}(size|aliases): .*,?$/gm, ''), map: null }),
  },
})
