/**
 * The clock of a job, and what it is set back by: how far each subtask and each split had come when
 * a checkpoint was taken, and at each restore how far they had come, where they go on, and so which
 * range is processed again; when that is done, and which checkpoint is the first that holds it.
 *
 * A subtask has come as far as the records that entered it, in all of the history that survives; a
 * split as far as its next offset. Made of the witness, and of what the engine states.
 *
 * Memory: a number for each channel and each checkpoint, and a line for each restore.
 */
import { detailOf, type Entry } from '../history/entry.js';
import type { Micros } from '../kernel/time.js';

/** How far one subtask or split had come, where it goes on, and the range between them. */
export type Range = Readonly<{
  name: string;
  reached: number;
  /** Null where a split was not read before the next restore or the end. */
  restored: number | null;
  again: number | null;
}>;

/** One restore. */
export type Rollback = Readonly<{
  attempt: number;
  /** Zero for the beginning of the data. */
  checkpoint: number;
  /** When it was triggered; null for the beginning. */
  triggeredMillis: number | null;
  /** When the job left RUNNING, or its job manager was gone. */
  failedMillis: number;
  restoredMillis: number;
  subtasks: readonly Range[];
  splits: readonly Range[];
  /** When all had come as far again; null if the next restore or the end came first. */
  redoneMillis: number | null;
  /** The first completed checkpoint that was triggered after that; null for none. */
  heldBy: number | null;
}>;

/** A completed checkpoint: how far each subtask had come in it. */
export type Reading = Readonly<{
  checkpoint: number;
  completedMillis: number;
  subtasks: Readonly<Record<string, number>>;
}>;

export type RollbacksDocument = Readonly<{
  schemaVersion: 1;
  checkpoints: readonly Reading[];
  rollbacks: readonly Rollback[];
}>;

/** By name, how far. */
type Clock = Map<string, number>;
/** By subtask, then by channel. */
type Counts = Map<string, Clock>;

/** A restore while what it rolled back is done again. */
type Redo = {
  readonly attempt: number;
  readonly checkpoint: number;
  readonly triggered: Micros | undefined;
  readonly failed: Micros;
  readonly at: Micros;
  readonly reached: Clock;
  readonly restored: Clock;
  readonly splitsReached: Clock;
  readonly splitsRestored: Clock;
  redone: Micros | undefined;
  heldBy: number | undefined;
};

type Fold = {
  /** Process of the newest job manager that led. */
  leader: string;
  attempt: number;
  /** When the job left RUNNING, or its job manager crashed; undefined while it runs. */
  failed: Micros | undefined;
  counts: Counts;
  splits: Clock;
  /** By checkpoint. */
  readonly triggered: Map<number, Micros>;
  readonly marks: Map<number, Counts>;
  redo: Redo | undefined;
  readonly checkpoints: Reading[];
  readonly rollbacks: Rollback[];
};

/** What a whole history tells of it. */
export function rollbacksOf(entries: Iterable<Entry>): RollbacksDocument {
  const fold: Fold = {
    leader: '',
    attempt: -1,
    failed: undefined,
    counts: new Map(),
    splits: new Map(),
    triggered: new Map(),
    marks: new Map(),
    redo: undefined,
    checkpoints: [],
    rollbacks: [],
  };
  for (const entry of entries) hear(fold, entry);
  close(fold);
  const { checkpoints, rollbacks } = fold;
  return { schemaVersion: 1, checkpoints, rollbacks };
}

function hear(fold: Fold, entry: Entry): void {
  switch (entry.kind) {
    case 'entered':
      return enter(fold, entry);
    case 'splitRead':
      return read(fold, entry);
    case 'triggered':
      fold.triggered.set(entry.subject, entry.at);
      return;
    case 'witnessTaken':
      return mark(fold, entry);
    case 'completed':
      return complete(fold, entry);
    case 'jobStatus':
      if (detailOf(entry, 'jobStatus').status === 'RUNNING') fold.failed = undefined;
      else fold.failed ??= entry.at;
      return;
    case 'leader':
      fold.leader = entry.process;
      return;
    case 'processCrashed':
      if (entry.process === fold.leader) fold.failed ??= entry.at;
      return;
    case 'restoring':
      return restore(fold, entry);
    default:
      return;
  }
}

function enter(fold: Fold, entry: Entry): void {
  const { attempt, channel, count } = detailOf(entry, 'entered');
  if (attempt !== fold.attempt) return;
  channelsOf(fold.counts, entry.about).set(channel, count);
  settle(fold, entry.at);
}

function channelsOf(counts: Counts, subtask: string): Clock {
  const known = counts.get(subtask) ?? new Map<string, number>();
  counts.set(subtask, known);
  return known;
}

function read(fold: Fold, entry: Entry): void {
  const { about: split, subject: offset } = entry;
  if (detailOf(entry, 'splitRead').attempt !== fold.attempt) return;
  const { redo } = fold;
  if (redo !== undefined && !redo.splitsRestored.has(split)) redo.splitsRestored.set(split, offset);
  fold.splits.set(split, offset);
  settle(fold, entry.at);
}

/** A subtask takes its part of a checkpoint: so far it had come. */
function mark(fold: Fold, entry: Entry): void {
  const { subject: checkpoint, about: subtask } = entry;
  if (detailOf(entry, 'witnessTaken').attempt !== fold.attempt) return;
  const marks = marksOf(fold, checkpoint);
  fold.marks.set(checkpoint, marks.set(subtask, new Map(fold.counts.get(subtask))));
}

function complete(fold: Fold, { subject: checkpoint, at }: Entry): void {
  const subtasks = Object.fromEntries(sums(marksOf(fold, checkpoint)));
  fold.checkpoints.push({ checkpoint, completedMillis: at / 1_000, subtasks });
  const { redo } = fold;
  const triggered = fold.triggered.get(checkpoint) ?? 0;
  if (redo?.redone !== undefined && triggered >= redo.redone) redo.heldBy ??= checkpoint;
}

/** The clock goes back to where the checkpoint found it. */
function restore(fold: Fold, entry: Entry): void {
  const { at, subject: checkpoint } = entry;
  const { attempt } = detailOf(entry, 'restoring');
  const isFirst = fold.attempt < 0;
  close(fold);
  const marks = marksOf(fold, checkpoint);
  const restored: Counts = new Map([...marks].map(([subtask, by]) => [subtask, new Map(by)]));
  if (!isFirst)
    fold.redo = {
      attempt,
      checkpoint,
      triggered: fold.triggered.get(checkpoint),
      failed: fold.failed ?? at,
      at,
      reached: sums(fold.counts),
      restored: sums(restored),
      splitsReached: new Map(fold.splits),
      splitsRestored: new Map(),
      redone: undefined,
      heldBy: undefined,
    };
  fold.attempt = attempt;
  fold.counts = restored;
  fold.failed = undefined;
}

/** How far all had come in a checkpoint. */
function marksOf({ marks }: Fold, checkpoint: number): Counts {
  return marks.get(checkpoint) ?? new Map<string, Clock>();
}

/** By subtask, the records of all its channels; one without channels has splits. */
function sums(counts: Counts): Clock {
  const total = (by: Clock): number => [...by.values()].reduce((sum, count) => sum + count, 0);
  const fed = [...counts].filter(([, by]) => by.size > 0);
  return new Map(fed.map(([subtask, by]) => [subtask, total(by)]));
}

/** Whether all had come as far again. */
function settle({ redo, counts, splits }: Fold, at: Micros): void {
  if (redo === undefined || redo.redone !== undefined) return;
  for (const [split, reached] of redo.splitsReached) if ((splits.get(split) ?? 0) < reached) return;
  const now = sums(counts);
  for (const [subtask, reached] of redo.reached) if ((now.get(subtask) ?? 0) < reached) return;
  redo.redone = at;
}

/** What a restore rolled back is told when nothing more can be said of it. */
function close(fold: Fold): void {
  const { redo } = fold;
  if (redo === undefined) return;
  const { attempt, checkpoint, triggered, failed, at, redone, heldBy } = redo;
  fold.redo = undefined;
  fold.rollbacks.push({
    attempt,
    checkpoint,
    triggeredMillis: triggered === undefined ? null : triggered / 1_000,
    failedMillis: failed / 1_000,
    restoredMillis: at / 1_000,
    subtasks: rangesOf(redo.reached, (name) => redo.restored.get(name) ?? 0),
    splits: rangesOf(redo.splitsReached, (name) => redo.splitsRestored.get(name)),
    redoneMillis: redone === undefined ? null : redone / 1_000,
    heldBy: heldBy ?? null,
  });
}

function rangesOf(reached: Clock, goesOn: (name: string) => number | undefined): readonly Range[] {
  const names = [...reached.keys()].sort();
  return names.map((name) => {
    const far = reached.get(name) ?? 0;
    const restored = goesOn(name) ?? null;
    return { name, reached: far, restored, again: restored === null ? null : far - restored };
  });
}
