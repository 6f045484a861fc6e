/**
 * What restores take back: an attempt that begins at a checkpoint processes again whatever earlier
 * attempts did for a newer one.
 */
import type { Entry } from '../history/entry.js';
import { checkpointName } from './pointers.js';

/** An attempt begins, at a checkpoint. */
export type Restore = Readonly<{ attempt: number; checkpoint: number; entry: Entry }>;

/** What an attempt has prepared for a checkpoint. */
type Prepared = Readonly<{ attempt: number; checkpoint: number }>;

/** A later attempt that restored what lies before; that one is later says its number. */
export function lossOf(
  restores: readonly Restore[],
  { attempt, checkpoint }: Prepared,
): Restore | undefined {
  return restores.find((one) => one.attempt > attempt && one.checkpoint < checkpoint);
}

/** What a restore began at, in words. */
export function restoredName({ checkpoint }: Restore): string {
  return checkpoint === 0 ? 'no checkpoint' : checkpointName(checkpoint);
}
