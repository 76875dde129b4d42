import { spawn } from 'node:child_process'
import { endWithThisProcess } from './process-guard.ts'

// Run and killed by process-guard.test.ts.
const { folder } = JSON.parse(process.argv[2] ?? '{}') as { folder: string }
const server = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
endWithThisProcess(server.pid, folder)
process.send?.({ pid: server.pid })
