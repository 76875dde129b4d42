/** The release of this code, as logs, `/system` and backups name it. */
export const release = '0.1.0'
