/**
 * Which splits were assigned since which checkpoint: what a reader that restarts from an older one
 * cannot know of, and what the enumerator therefore gets back.
 *
 * Source: Flink 2.x, SplitAssignmentTracker (section 7.7).
 */

/** Splits by the subtask that they were assigned to. */
type Assignments = ReadonlyMap<string, readonly number[]>;

export type Tracker = Readonly<{
  /** Assigned since the newest checkpoint began. */
  uncheckpointed: Assignments;
  /** Assigned before the checkpoint of that id and after the one before it; ascending. */
  byId: ReadonlyMap<number, Assignments>;
}>;

const none: Assignments = new Map();

/** Nothing was assigned. */
export const emptyTracker: Tracker = { uncheckpointed: none, byId: new Map() };

/** Splits are assigned to a subtask. */
export function trackAssigned(
  tracker: Tracker,
  subtask: string,
  splits: readonly number[],
): Tracker {
  const before = tracker.uncheckpointed.get(subtask) ?? [];
  const uncheckpointed = new Map(tracker.uncheckpointed).set(subtask, [...before, ...splits]);
  return { ...tracker, uncheckpointed };
}

/** The enumerator's state is stored in a checkpoint, in the same step. */
export function trackCheckpoint({ uncheckpointed, byId }: Tracker, id: number): Tracker {
  return { uncheckpointed: none, byId: new Map(byId).set(id, uncheckpointed) };
}

/** A checkpoint is complete: whoever restarts now has what was assigned before it. */
export function trackComplete({ uncheckpointed, byId }: Tracker, id: number): Tracker {
  return { uncheckpointed, byId: new Map([...byId].filter(([other]) => other > id)) };
}

/** A subtask restarts from a checkpoint: what it was assigned after that is taken from it. */
export function takeBack(
  { uncheckpointed, byId }: Tracker,
  subtask: string,
  checkpoint: number,
): readonly [Tracker, readonly number[]] {
  const back: number[] = [];
  const without = (assigned: Assignments): Assignments => {
    back.push(...(assigned.get(subtask) ?? []));
    return new Map([...assigned].filter(([other]) => other !== subtask));
  };
  const left = new Map(
    [...byId].map(([id, assigned]) => [id, id > checkpoint ? without(assigned) : assigned]),
  );
  return [{ byId: left, uncheckpointed: without(uncheckpointed) }, back];
}
