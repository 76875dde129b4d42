export { createClaims, type ClaimsOptions, type ClaimsService } from './create-claims.ts'
export { claimsMigrations, type PluginSet } from './instance-store.ts'
export { markLength, unwatchedClaims } from './claim-tokens.ts'
