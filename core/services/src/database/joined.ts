import type { Transaction } from '@parley/plugin-api'

/**
 * The same view of a transaction, whose `transaction()` takes part in it instead of being refused: for one transaction over services of several
 * plugins that were written for transactions of their own. An error inside fails the whole.
 */
export function joined(tx: Transaction): Transaction {
  const view: Transaction = Object.assign((table: string) => tx(table), tx, {
    transaction: <T>(work: (inner: Transaction) => Promise<T>): Promise<T> => work(view),
    within: (other: Transaction): Transaction => joined(tx.within(other)),
  }) as unknown as Transaction
  return view
}
