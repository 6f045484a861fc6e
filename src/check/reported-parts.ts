/**
 * What a job manager reports of the subtasks of a checkpoint and of their tasks: what makes it
 * sound in itself, and whether it is what the subtasks did.
 */
import {
  placeOfSubtask,
  type Acknowledgement,
  type Extent,
  type SubtaskMeasure,
  type SubtaskStats,
  type TaskStats,
} from '../history/checkpoint-stats.js';
import { detailOf, type CheckpointStats, type Entry } from '../history/entry.js';
import type { Micros } from '../kernel/time.js';
import { earliestOf, workTimeOf } from './pauses.js';
import {
  entriesOf,
  expectedOf,
  expectedOfCancelled,
  expectedOfFinished,
  isSkewed,
  type Bounds,
  type Expected,
  type ObservedParts,
} from './observed-parts.js';

/** What is wrong, and what proves it besides the reports. */
export type PartMistake = Readonly<{ text: string; proof: readonly (Entry | undefined)[] }>;

/** Who is part of a checkpoint, and what was shown of each. */
export type ShownParts = Readonly<{
  subtasks: ReadonlySet<string>;
  /** How long the job manager had worked when it began, and who had finished by then. */
  work: Micros;
  over: ReadonlySet<string>;
  /** Of those that have acknowledged it, of which some had finished; and of those too late. */
  shown: Map<string, SubtaskStats>;
  finished: Set<string>;
  late: Map<string, SubtaskStats>;
}>;

/** The parts of a checkpoint whose beginning is reported. */
export function shownPartsOf({ pauses, tasks }: ObservedParts, entry: Entry): ShownParts {
  const { subtasks = [] } = detailOf(entry, 'checkpointsReported');
  const over = [...tasks].filter(([, { isOver }]) => isOver).map(([name]) => name);
  return {
    subtasks: new Set(subtasks),
    work: workTimeOf(pauses, entry),
    over: new Set(over),
    shown: new Map(),
    finished: new Set(),
    late: new Map(),
  };
}

/** A checkpoint begins: it names as many subtasks as it counts, and all that there are. */
export function mistakeOfBeginning(
  { tasks }: ObservedParts,
  { subtasks }: ShownParts,
  { num_subtasks: count }: CheckpointStats,
): PartMistake | undefined {
  if (subtasks.size !== count)
    return simply(`with ${String(count)} subtasks, and names ${String(subtasks.size)}`);
  const missing = [...tasks.keys()].find((name) => !subtasks.has(name));
  return missing === undefined ? undefined : simply(`without ${missing}`);
}

/**
 * A subtask has acknowledged, or had finished before: then it is shown as soon as the checkpoint
 * begins.
 *
 * @param before  the report before of the same checkpoint
 * @param come    whose acknowledgements have come
 */
export function mistakeOfAcknowledgement(
  observed: ObservedParts,
  entry: Entry,
  parts: ShownParts,
  { before, come }: Readonly<{ before: CheckpointStats; come: ReadonlySet<string> }>,
): PartMistake | undefined {
  const { subtasks, shown, over, finished, work } = parts;
  const { acknowledged, checkpoint } = detailOf(entry, 'checkpointsReported');
  const { about: name } = entry;
  if (checkpoint === undefined || acknowledged === undefined)
    return simply('without the part of who has acknowledged it');
  if (!subtasks.has(name)) return simply(`by ${name}, which takes no part`);
  const hadFinished = over.has(name) && !come.has(name);
  if (!hadFinished && !come.has(name))
    return simply(`by ${name}, whose acknowledgement has not come`);
  if (shown.has(name)) return simply(`by ${name} a second time`);
  if (hadFinished && workTimeOf(observed.pauses, entry) !== work)
    return simply(`by ${name}, which had finished when it began`);
  shown.set(name, acknowledged.subtask);
  if (hadFinished) finished.add(name);
  const { trigger_timestamp: trigger } = checkpoint;
  const expected = hadFinished ? expectedOfFinished : expectedOf(observed, entry, trigger);
  const whole = wholeAfter(before, acknowledged.subtask);
  return mistakeOfPart(observed, entry, parts, { told: acknowledged, expected, whole });
}

/** Why a subtask tells of its part too late: it was uploaded, or that was cancelled. */
export type Late = 'uploaded' | 'cancelled';

/**
 * A subtask has told of its part of a checkpoint that has failed. Nobody has acknowledged it.
 *
 * @param before  the report before of the same checkpoint
 * @param come    who has told, and why
 */
export function mistakeOfLate(
  observed: ObservedParts,
  entry: Entry,
  parts: ShownParts,
  { before, come }: Readonly<{ before: CheckpointStats; come: ReadonlyMap<string, Late> }>,
): PartMistake | undefined {
  const { incomplete } = detailOf(entry, 'checkpointsReported');
  const { about: name } = entry;
  const late = come.get(name);
  if (!parts.subtasks.has(name)) return simply(`by ${name}, which takes no part`);
  if (incomplete === undefined || late === undefined)
    return simply(`by ${name}, which has told nothing of it`);
  if (parts.shown.has(name) || parts.late.has(name)) return simply(`by ${name} a second time`);
  const { subtask } = incomplete;
  parts.late.set(name, subtask);
  const expect = late === 'cancelled' ? expectedOfCancelled : expectedOf;
  const expected = expect(observed, entry, before.trigger_timestamp);
  const whole = { ...before, ...sumsAfter(before, subtask) };
  return mistakeOfPart(observed, entry, parts, { told: incomplete, expected, whole });
}

/** What is told of one part, and what it and the whole with it must be. */
type Told = Readonly<{ told: Acknowledgement; expected: Expected; whole: object }>;

function mistakeOfPart(
  observed: ObservedParts,
  entry: Entry,
  parts: ShownParts,
  { told: { subtask, task }, expected, whole }: Told,
): PartMistake | undefined {
  const { about: name } = entry;
  const { checkpoint } = detailOf(entry, 'checkpointsReported');
  const trigger = checkpoint?.trigger_timestamp ?? 0;
  const wrong =
    outOf(measuresOf(subtask), expected) ??
    outOf(timesOf(subtask), timesAllowed(observed, entry, trigger, subtask));
  if (wrong !== undefined)
    return { text: textOf(wrong, ` of ${name}`), proof: entriesOf(observed, entry) };
  const ofWhole = differenceOf(whole, checkpoint ?? {});
  if (ofWhole !== undefined) return simply(textOf(ofWhole, ''));
  const ofTask = differenceOf(taskOf(name, parts, trigger), task);
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

type Sums = Pick<CheckpointStats, 'state_size' | 'processed_data' | 'persisted_data'>;

/** What the whole checkpoint must show with one more acknowledgement. */
function wholeAfter(
  before: CheckpointStats,
  subtask: SubtaskStats,
): Sums & Pick<CheckpointStats, 'latest_ack_timestamp'> {
  return { latest_ack_timestamp: subtask.ack_timestamp, ...sumsAfter(before, subtask) };
}

/** The sums of the whole with one more part; what is not known of that adds nothing. */
function sumsAfter(before: CheckpointStats, subtask: SubtaskStats): Sums {
  return {
    state_size: before.state_size + subtask.state_size,
    processed_data: before.processed_data + Math.max(0, subtask.processed),
    persisted_data: before.persisted_data + Math.max(0, subtask.persisted),
  };
}

/** What the task of a subtask must show: sums, the latest, and the extent of each measure. */
function taskOf(name: string, { subtasks, shown, late }: ShownParts, trigger: number): TaskStats {
  const [task] = placeOfSubtask(name);
  const isOwn = (other: string): boolean => placeOfSubtask(other)[0] === task;
  const ownOf = (all: ReadonlyMap<string, SubtaskStats>): SubtaskStats[] =>
    [...all].filter(([other]) => isOwn(other)).map(([, stats]) => stats);
  const own = ownOf(shown);
  const known = [...own, ...ownOf(late)];
  const latest = own.at(-1)?.ack_timestamp;
  const sum = (measure: SubtaskMeasure): number =>
    known.reduce((total, stats) => total + Math.max(0, stats[measure]), 0);
  const since = (time: number): number => Math.max(0, time - trigger);
  const acks = extentOf(own.map((stats) => stats.ack_timestamp));
  const of = (measure: SubtaskMeasure): Extent => extentOf(known.map((stats) => stats[measure]));
  return {
    latest_ack_timestamp: latest ?? -1,
    end_to_end_duration: latest === undefined ? -1 : since(latest),
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

/** Of the values that are known, of which none is below 0. */
function extentOf(values: readonly number[]): Extent {
  const sorted = values.filter((value) => value >= 0).sort((one, other) => one - other);
  const total = sorted.reduce((sum, value) => sum + value, 0);
  const [min = 0] = sorted;
  return { min, max: sorted.at(-1) ?? 0, avg: Math.floor(total / Math.max(1, sorted.length)) };
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
