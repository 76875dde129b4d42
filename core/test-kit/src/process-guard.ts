import { spawn } from 'node:child_process'

// A shell notices that we are gone when its input closes.
const script =
  'cat > /dev/null; kill -INT "$1" 2> /dev/null; while kill -0 "$1" 2> /dev/null; do sleep 0.1; done; if [ -n "$2" ]; then rm -rf "$2"; fi'

/**
 * Ends a server, and removes its folder, when this process has ended without doing so, however it was killed.
 * Call the answer once the server has been stopped.
 */
export const endWithThisProcess = (pid: number | undefined, folder = ''): (() => void) => {
  const guard = spawn('sh', ['-c', script, 'guard', String(pid), folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  guard.unref()
  return () => void guard.kill()
}
