/** A test of the contract: when it fails, it says what it had to go by. */
export type ContractCase = (title: string, check: () => unknown) => void
