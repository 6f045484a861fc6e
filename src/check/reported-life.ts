/**
 * One life of a job manager as its reports tell it: the checkpoints in progress, and those that
 * have failed of which subtasks may still tell. It remembers as many as Flink does; what is told of
 * an older one changes nothing.
 *
 * Memory: the newest report of each checkpoint that is remembered, and the parts of its subtasks.
 */
import type { CheckpointCounts, CheckpointStats, Entry } from '../history/entry.js';
import type { Micros } from '../kernel/time.js';
import { balanced, type Balances } from './balances.js';
import type { Late, ShownParts } from './reported-parts.js';
import { isAcknowledgement, mistakeSince, noCounts } from './reported-stats.js';

/** A checkpoint: its newest report, who has told of it, and what was shown. */
export type Progress = Readonly<{
  entry: Entry;
  stats: CheckpointStats;
  /** Whose acknowledgements have come, and who has told of its part otherwise. */
  acknowledged: Set<string>;
  late: Map<string, Late>;
  parts: ShownParts;
}>;

export type Life = Balances & {
  readonly incarnation: number;
  counts: CheckpointCounts;
  readonly inProgress: Map<number, Progress>;
  readonly failed: Map<number, Progress>;
  /** The newest that have begun, as many as are remembered. */
  recent: readonly number[];
  /** How long the process had worked at its last word. */
  work: Micros;
  /** The newest restore from a checkpoint. */
  restored: Entry | undefined;
};

/** A life that has said nothing yet. */
export function lifeFrom(incarnation: number): Life {
  return {
    incarnation,
    counts: noCounts,
    inProgress: new Map(),
    failed: new Map(),
    recent: [],
    work: 0,
    ...balanced(),
    restored: undefined,
  };
}

/** A checkpoint whose beginning is reported. */
export function progressFrom(entry: Entry, stats: CheckpointStats, parts: ShownParts): Progress {
  return { entry, stats, acknowledged: new Set(), late: new Map(), parts };
}

/** A checkpoint that is in progress, or has failed and is remembered. */
export function progressOf({ inProgress, failed }: Life, id: number): Progress | undefined {
  return inProgress.get(id) ?? failed.get(id);
}

/** A checkpoint begins; one that is older than those that are remembered is forgotten. */
export function begin(life: Life, id: number, progress: Progress, history: number): void {
  life.inProgress.set(id, progress);
  life.recent = history === 0 ? [] : [...life.recent, id].slice(-history);
  for (const old of life.failed.keys()) if (!life.recent.includes(old)) life.failed.delete(old);
}

/** A checkpoint is over; of one that has failed more may be told. */
export function end(life: Life, id: number, entry: Entry, stats: CheckpointStats): void {
  const progress = life.inProgress.get(id);
  life.inProgress.delete(id);
  if (stats.status === 'FAILED' && progress !== undefined && life.recent.includes(id))
    life.failed.set(id, { ...progress, entry, stats });
}

/**
 * A subtask has acknowledged a checkpoint, or told of its part otherwise; of one that is unknown
 * that is of no use.
 */
export function hearPart(life: Life, { subject: id, about: subtask }: Entry, late: Late): void {
  const progress = progressOf(life, id);
  if (late === 'uploaded') life.inProgress.get(id)?.acknowledged.add(subtask);
  if (progress?.late.has(subtask) === false) progress.late.set(subtask, late);
}

/** How many acknowledgements may be shown: those that came, and those of who had finished. */
function shownMost({ acknowledged, parts }: Progress): number {
  return acknowledged.size + parts.over.size;
}

/** Whether nobody's acknowledgement is missing. */
function isWhole({ acknowledged, parts, stats }: Progress): boolean {
  return acknowledged.size + parts.finished.size === stats.num_subtasks;
}

/** By checkpoint: the reports of its beginning and of its end, and its pointer. */
type Known = Readonly<Record<'begun' | 'ended' | 'pointers', ReadonlyMap<number, Entry>>>;

/**
 * What is wrong with the report of a checkpoint; undefined if it tells what happened.
 *
 * @param progress  what is known of it while it is in progress
 */
export function mistakeOf(
  progress: Progress | undefined,
  stats: CheckpointStats,
  { begun, ended, pointers }: Known,
): string | undefined {
  const { id, status } = stats;
  if (status === 'IN_PROGRESS' && !isAcknowledgement(stats))
    return begun.has(id) ? 'a second time' : undefined;
  if (progress === undefined) return ended.has(id) ? 'after its end' : 'and has not begun';
  if (status !== 'IN_PROGRESS' && pointers.has(id) !== (status === 'COMPLETED'))
    return status === 'COMPLETED'
      ? 'before its pointer is written'
      : 'after its pointer is written';
  const { num_subtasks: subtasks, num_acknowledged_subtasks: acknowledged } = stats;
  if (status === 'COMPLETED' && acknowledged !== subtasks)
    return ['with', String(acknowledged), 'of', String(subtasks), 'acknowledgements'].join(' ');
  const come = shownMost(progress);
  if (status === 'COMPLETED' ? isWhole(progress) : acknowledged <= come)
    return mistakeSince(progress.stats, stats);
  return [
    ['with', String(acknowledged), 'acknowledgements, and those of'].join(' '),
    [String(come), 'subtasks have come'].join(' '),
  ].join(' ');
}

/** Those in progress, but for the one that may lack only its pointer. */
export function leftOpen({ inProgress }: Life): [number, Progress][] {
  let storing = 0;
  return [...inProgress].filter(([, progress]) => {
    if (isWhole(progress)) storing += 1;
    return !isWhole(progress) || storing > 1;
  });
}
