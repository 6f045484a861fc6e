/**
 * What a job manager reports of the subtasks of a checkpoint and of their tasks: what makes it
 * sound in itself, and whether it is what the subtasks did.
 */
import {
  placeOfSubtask,
  type Extent,
  type SubtaskMeasure,
  type SubtaskStats,
  type TaskStats,
} from '../history/checkpoint-stats.js';
import { detailOf, type CheckpointStats, type Entry } from '../history/entry.js';
import { earliestOf } from './pauses.js';
import {
  entriesOf,
  expectedOf,
  isSkewed,
  type Bounds,
  type Expected,
  type ObservedParts,
} from './observed-parts.js';

/** What is wrong, and what proves it besides the reports. */
export type PartMistake = Readonly<{ text: string; proof: readonly (Entry | undefined)[] }>;

/** Who takes part in a checkpoint, and what was shown of each that has acknowledged it. */
export type ShownParts = Readonly<{
  subtasks: ReadonlySet<string>;
  shown: Map<string, SubtaskStats>;
}>;

/** The parts of a checkpoint whose beginning is reported. */
export function shownPartsOf(entry: Entry): ShownParts {
  const { subtasks = [] } = detailOf(entry, 'checkpointsReported');
  return { subtasks: new Set(subtasks), shown: new Map() };
}

/** A checkpoint begins: it names as many subtasks as take part. */
export function mistakeOfBeginning(
  { subtasks }: ShownParts,
  { num_subtasks: count }: CheckpointStats,
): PartMistake | undefined {
  if (subtasks.size === count) return undefined;
  return simply(`with ${String(count)} subtasks, and names ${String(subtasks.size)}`);
}

/**
 * A subtask has acknowledged.
 *
 * @param before  the report before of the same checkpoint
 * @param come    whose acknowledgements have come
 */
export function mistakeOfAcknowledgement(
  observed: ObservedParts,
  entry: Entry,
  { subtasks, shown }: ShownParts,
  { before, come }: Readonly<{ before: CheckpointStats; come: ReadonlySet<string> }>,
): PartMistake | undefined {
  const { acknowledged, checkpoint } = detailOf(entry, 'checkpointsReported');
  const { about: name } = entry;
  if (checkpoint === undefined || acknowledged === undefined)
    return simply('without the part of who has acknowledged it');
  if (!subtasks.has(name)) return simply(`by ${name}, which takes no part`);
  if (!come.has(name)) return simply(`by ${name}, whose acknowledgement has not come`);
  if (shown.has(name)) return simply(`by ${name} a second time`);
  const { subtask, task } = acknowledged;
  shown.set(name, subtask);
  const { trigger_timestamp: trigger } = checkpoint;
  const wrong =
    outOf(measuresOf(subtask), expectedOf(observed, entry, trigger)) ??
    outOf(timesOf(subtask), timesAllowed(observed, entry, trigger, subtask));
  if (wrong !== undefined)
    return { text: textOf(wrong, ` of ${name}`), proof: entriesOf(observed, entry) };
  const ofWhole = differenceOf(wholeAfter(before, subtask), checkpoint);
  if (ofWhole !== undefined) return simply(textOf(ofWhole, ''));
  const ofTask = differenceOf(taskOf(name, { subtasks, shown }, trigger), task);
  return ofTask && simply(textOf(ofTask, ` of ${placeOfSubtask(name)[0]}`));
}

/** A value that is not as it must be. */
type Difference = Readonly<{ field: string; value: unknown; right: string }>;

function textOf({ field, value, right }: Difference, whose: string): string {
  return `with ${field} ${String(value)}${whose}, where ${right} is right`;
}

function simply(text: string): PartMistake {
  return { text, proof: [] };
}

type Times = 'ack_timestamp' | 'end_to_end_duration';

function measuresOf(stats: SubtaskStats): Omit<SubtaskStats, Times> {
  const { ack_timestamp: _, end_to_end_duration: __, ...measures } = stats;
  return measures;
}

function timesOf({ ack_timestamp, end_to_end_duration }: SubtaskStats): Pick<SubtaskStats, Times> {
  return { ack_timestamp, end_to_end_duration };
}

/** When it came, by the job manager's clock where that was right, and how long that took. */
function timesAllowed(
  observed: ObservedParts,
  entry: Entry,
  trigger: number,
  { ack_timestamp: time }: SubtaskStats,
): Partial<Record<Times, Bounds>> {
  const duration = Math.max(0, time - trigger);
  const from = earliestOf(observed.pauses, entry);
  const both: Bounds = [Math.floor(from / 1_000), Math.floor(entry.at / 1_000)];
  const isRight = !isSkewed(observed, from);
  return {
    ...(isRight ? { ack_timestamp: both } : {}),
    end_to_end_duration: [duration, duration],
  };
}

/** The first value that is not within its bounds. */
function outOf(
  values: Readonly<Record<string, number>>,
  allowed: Expected | Partial<Record<Times, Bounds>>,
): Difference | undefined {
  for (const [field, [least, most]] of Object.entries(allowed)) {
    const value = values[field] ?? NaN;
    if (value >= least && value <= most) continue;
    const more = most === Infinity ? ' or more' : ` to ${String(most)}`;
    return { field, value, right: least === most ? String(least) : String(least) + more };
  }
  return undefined;
}

type Whole = Pick<
  CheckpointStats,
  'latest_ack_timestamp' | 'state_size' | 'processed_data' | 'persisted_data'
>;

/** What the whole checkpoint must show with one more part. */
function wholeAfter(before: CheckpointStats, subtask: SubtaskStats): Whole {
  return {
    latest_ack_timestamp: subtask.ack_timestamp,
    state_size: before.state_size + subtask.state_size,
    processed_data: before.processed_data + subtask.processed,
    persisted_data: before.persisted_data + subtask.persisted,
  };
}

/** What the task of a subtask must show: sums, the latest, and the extent of each measure. */
function taskOf(name: string, { subtasks, shown }: ShownParts, trigger: number): TaskStats {
  const [task] = placeOfSubtask(name);
  const isOwn = (other: string): boolean => placeOfSubtask(other)[0] === task;
  const own = [...shown].filter(([other]) => isOwn(other)).map(([, stats]) => stats);
  const latest = shown.get(name)?.ack_timestamp ?? -1;
  const sum = (measure: SubtaskMeasure): number =>
    own.reduce((total, stats) => total + stats[measure], 0);
  const since = (time: number): number => Math.max(0, time - trigger);
  const acks = extentOf(own.map((stats) => stats.ack_timestamp));
  const of = (measure: SubtaskMeasure): Extent => extentOf(own.map((stats) => stats[measure]));
  return {
    latest_ack_timestamp: latest,
    end_to_end_duration: since(latest),
    state_size: sum('state_size'),
    processed_data: sum('processed'),
    persisted_data: sum('persisted'),
    num_subtasks: [...subtasks].filter(isOwn).length,
    num_acknowledged_subtasks: own.length,
    summary: {
      end_to_end_duration: { min: since(acks.min), max: since(acks.max), avg: since(acks.avg) },
      state_size: of('state_size'),
      sync: of('sync'),
      async: of('async'),
      processed: of('processed'),
      persisted: of('persisted'),
      alignment: of('alignment'),
      start_delay: of('start_delay'),
    },
  };
}

function extentOf(values: readonly number[]): Extent {
  const total = values.reduce((sum, value) => sum + value, 0);
  const sorted = [...values].sort((one, other) => one - other);
  const [min = 0] = sorted;
  return { min, max: sorted.at(-1) ?? 0, avg: Math.floor(total / values.length) };
}

/** The first field in which something shown is not as it must be. */
function differenceOf(expected: object, shown: object, path = ''): Difference | undefined {
  const fields = new Map<string, unknown>(Object.entries(shown));
  for (const [name, right] of Object.entries(expected) as [string, unknown][]) {
    const value = fields.get(name);
    const field = path + name;
    if (isObject(right) && isObject(value)) {
      const inner = differenceOf(right, value, `${field}.`);
      if (inner !== undefined) return inner;
    } else if (value !== right) return { field, value, right: String(right) };
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
