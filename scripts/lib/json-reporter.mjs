import { JsonReporter } from 'vitest/node'

/** Vitest's JSON report, together with the errors that no test caught: those it leaves out. */
export default class extends JsonReporter {
  #unhandledErrors = []

  async onTestRunEnd(modules, unhandledErrors) {
    this.#unhandledErrors = unhandledErrors.map(({ name, message, VITEST_TEST_PATH: file }) => ({ file, message: `${name}: ${message}` }))
    await super.onTestRunEnd(modules)
  }

  async writeReport(report) {
    await super.writeReport(JSON.stringify({ ...JSON.parse(report), unhandledErrors: this.#unhandledErrors }))
  }
}
