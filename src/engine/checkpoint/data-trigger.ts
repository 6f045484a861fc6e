/**
 * Triggers by data, an extension of ours: a checkpoint is asked for whenever the sources have read
 * so much more than at the last request by data. What is known of it is what their tasks reported;
 * it begins anew with each attempt, and is lost with the job manager.
 */

/** What the sources of one attempt have read. */
export type DataRead = Readonly<{
  attempt: number;
  /** By subtask, as it reported last. */
  read: ReadonlyMap<string, number>;
  /** What all had read when a checkpoint was asked for last. */
  asked: number;
}>;

/** Nothing is read. */
export const nothingRead: DataRead = { attempt: 0, read: new Map(), asked: 0 };

type Report = Readonly<{ attempt: number; subtask: string; read: number }>;

/**
 * A subtask reports how much it has read in its attempt.
 *
 * @returns what is known now, and whether a checkpoint is due
 */
export function noteRead(
  before: DataRead,
  { attempt, subtask, read }: Report,
  every: number,
): readonly [DataRead, boolean] {
  const known = attempt === before.attempt ? before : { ...nothingRead, attempt };
  const after = { ...known, read: new Map(known.read).set(subtask, read) };
  const all = [...after.read.values()].reduce((sum, one) => sum + one, 0);
  return all - known.asked < every ? [after, false] : [{ ...after, asked: all }, true];
}
