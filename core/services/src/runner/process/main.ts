import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

// The program of a child process, and of the threads of every runner.
if (isMainThread) void (await import('./child.ts')).serveParent(fileURLToPath(import.meta.url))
else void (await import('../sandbox/thread.ts')).serveThread()
