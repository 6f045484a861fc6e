/**
 * The failure manager: consecutive failures that count, each checkpoint once; the job fails when
 * there are more than are tolerable.
 *
 * Source: Flink 2.x, CheckpointFailureManager (FLINK-18336: late failures of a checkpoint older
 * than the last success, and further ones of the same checkpoint, do not count).
 */
import { countsAsFailure, type FailureReason } from './reasons.js';

export type Failures = Readonly<{
  /** Counted since the last success, or since the job was failed for it. */
  count: number;
  /** Checkpoints that are counted. */
  counted: ReadonlySet<number>;
  /** Newest checkpoint that completed; 0 before the first. */
  lastSuccess: number;
}>;

export const noFailures: Failures = { count: 0, counted: new Set(), lastSuccess: 0 };

/** A checkpoint has completed: what failed before it is forgotten. */
export function succeed(failures: Failures, id: number): Failures {
  return id > failures.lastSuccess ? { ...noFailures, lastSuccess: id } : failures;
}

/**
 * A checkpoint has failed.
 *
 * @returns the failures, and whether they are too many; then they are forgotten
 */
export function fail(
  failures: Failures,
  id: number,
  reason: FailureReason,
  tolerable: number,
): readonly [Failures, tooMany: boolean] {
  if (!countsAsFailure(reason) || id <= failures.lastSuccess || failures.counted.has(id))
    return [failures, false];
  const count = failures.count + 1;
  if (count > tolerable) return [{ ...noFailures, lastSuccess: failures.lastSuccess }, true];
  return [{ ...failures, count, counted: new Set(failures.counted).add(id) }, false];
}
