#!/usr/bin/env node
import { isMainThread } from 'node:worker_threads'

// The program of a process, and of the thread that watches its memory, which has nothing of the platform in its own.
if (isMainThread) await (await import('./cli/run-command.ts')).runCommand(import.meta.url)
else (await import('./memory/memory-thread.ts')).serveMemoryThread()
