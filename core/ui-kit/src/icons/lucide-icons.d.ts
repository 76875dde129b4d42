declare module '@lucide/vue/dist/esm/icons/*.mjs' {
  export const __iconData: { readonly name: string; readonly node: readonly (readonly [string, Readonly<Record<string, string>>])[] }
}
