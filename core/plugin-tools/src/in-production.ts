/**
 * What is built is for production, whoever calls. Vite and the Vue compiler ask the environment: with another value they take Vue's development build, and
 * the files would name this machine's directories.
 */
export async function inProduction<T>(work: () => Promise<T>): Promise<T> {
  const before = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  try {
    return await work()
  } finally {
    if (before === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = before
  }
}
