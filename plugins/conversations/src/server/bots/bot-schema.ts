import { z } from 'zod'

export const botName = z.string().trim().min(1).max(128)
export const botLanguage = z.string().regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, 'A language is a code such as "uk" or "en".')
export const botConstants = z.record(z.string().min(1).max(128), z.unknown())
