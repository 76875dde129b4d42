export { createFiles, type FilesOptions, type FilesService } from './create-files.ts'
export { filesMigrations } from './files-store.ts'
