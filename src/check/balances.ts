/** What a job manager tells twice of its checkpoints: as it happens, and in its counts. */
import type { Entry } from '../history/entry.js';

/** How often more as such than in the counts, and the newest that tells of it. */
type Balance = { sum: number; entry: Entry | undefined };

export type Balances = Readonly<{ refusals: Balance; restores: Balance }>;

/** Nothing was told. */
export function balanced(): Balances {
  return { refusals: { sum: 0, entry: undefined }, restores: { sum: 0, entry: undefined } };
}

/** It happened once more, or was counted once more. */
export function add(balance: Balance, by: number, entry: Entry): void {
  balance.sum += by;
  balance.entry = entry;
}

/** What is told in one place and not in the other. */
export function disagreement({
  refusals,
  restores,
}: Balances): readonly [message: string, proof: Entry | undefined] | undefined {
  if (refusals.sum > 0) return ['a request is refused, and not counted as failed', refusals.entry];
  if (refusals.sum < 0)
    return ['a failure without a checkpoint is counted, and no request is refused', refusals.entry];
  if (restores.sum > 0) return ['a checkpoint is restored, and not counted', restores.entry];
  if (restores.sum < 0)
    return ['a restore is counted, and no checkpoint is restored', restores.entry];
  return undefined;
}
