export { createSecrets, isSealed, type SecretsService } from './secrets.ts'
export { checkSecretKey, secretsMigrations } from './key-check.ts'
