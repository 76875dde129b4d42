/** Where the cases are entered: Vitest's own words, or whoever runs them instead. */
export interface ContractTests {
  describe(title: string, cases: () => void): void
  test(title: string, check: () => unknown): void
}
