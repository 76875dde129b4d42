export { fnv1a } from './fnv-1a.ts'
