const wanted = [20, 19]

/** What is wrong with a version of Node.js, in one sentence; `undefined` when nothing is. */
export const nodeVersionProblem = (version) => {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  if (major > wanted[0] || (major === wanted[0] && minor >= wanted[1])) return undefined
  return `Parley needs Node.js ${wanted.join('.')} or newer and this is ${version}; install it from https://nodejs.org and run the command again.`
}

/** Ends the process with that sentence. */
export const requireNode = () => {
  const problem = nodeVersionProblem(process.version)
  if (problem === undefined) return
  console.error(problem)
  process.exit(1)
}
