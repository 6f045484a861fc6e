/**
 * What the subtasks of a job did for each checkpoint, as their own entries tell it: when their
 * barriers came, when they copied and stored their state, and how much they took meanwhile. From
 * that follows what they must have measured.
 *
 * A clock is read within a step, and a pause may cut a step in two, so a reading lies between the
 * time when the step may have begun and that of the entry. What an alignment ends with, if the last
 * channels end instead of giving a barrier, is not stated: it lies before the copy begins, or,
 * where barriers overtake records, before the copy is stored; what is processed meanwhile is not
 * told then, as buffers are taken that are worked only later.
 *
 * Memory: one state for each subtask of a checkpoint, until that is over.
 */
import { detailOf, type Entry } from '../history/entry.js';
import type { SubtaskMeasure } from '../history/checkpoint-stats.js';
import { channelsIn, recordWordsIn } from '../history/channel-state.js';
import { channelsOf } from '../job/job-graph.js';
import type { Micros } from '../kernel/time.js';
import { earliestOf, type Pauses } from './pauses.js';
import { mayOvertake, type Context } from './verdict.js';

/** When something happened: not before the one and not after the other. */
type Between = Readonly<{ from: Micros; to: Micros; entry: Entry }>;

/** What one subtask did for one checkpoint. */
export type ObservedPart = {
  /** The word of the coordinator, and the first and the last barrier. */
  trigger: Between | undefined;
  first: Between | undefined;
  last: Between | undefined;
  barriers: number;
  attempt: number;
  /** Bytes of records that entered between the first barrier and the copy. */
  entered: number;
  copying: Between | undefined;
  copied: Between | undefined;
  uploaded: Between | undefined;
  /** Bytes of the object that holds it, and of the records in it that were on their way. */
  stored: number | undefined;
  persisted: number;
  /** Whether it was told of the abort. */
  aborted: boolean;
  /** Whether the clocks were right when it was told, or its first barrier came, up to the copy. */
  skewed: boolean;
};

export type ObservedParts = {
  readonly pauses: Pauses;
  /** Barriers overtake records: a copy may begin before all have come. */
  readonly overtakes: boolean;
  /** By subtask: its input channels. */
  readonly channels: ReadonlyMap<string, number>;
  /** By subtask, then by checkpoint. */
  readonly parts: Map<string, Map<number, ObservedPart>>;
  /** By subtask: its newest attempt, and whether that has finished. */
  readonly tasks: Map<string, Readonly<{ attempt: number; isOver: boolean }>>;
  /** Faults of clocks in force, and when the last of them was over. */
  readonly skews: Set<number>;
  skewedUntil: Micros;
};

/** The entries that tell of it, besides those of pauses. */
export const partKinds = [
  'taskState',
  'barrierReceived',
  'entered',
  'witnessTaken',
  'snapshotTaken',
  'uploaded',
  'objectWritten',
  'faultBegan',
  'faultEnded',
] as const;

/** Nothing was done yet. */
export function noParts(context: Context, pauses: Pauses): ObservedParts {
  const { job } = context;
  const overtakes = mayOvertake(context);
  const channels = new Map<string, number>();
  for (const { to } of channelsOf(job)) channels.set(to, (channels.get(to) ?? 0) + 1);
  const nothing = { parts: new Map(), tasks: new Map(), skews: new Set<number>() };
  return { pauses, overtakes, channels, ...nothing, skewedUntil: -1 };
}

/** An entry of one of the kinds, or the delivery of a trigger or of an abort. */
export function seePart(observed: ObservedParts, entry: Entry): void {
  const { kind, subject, about } = entry;
  switch (kind) {
    case 'delivered':
      return seeNotice(partOf(observed, about, subject), entry);
    case 'taskState':
      return seeTask(observed, entry);
    case 'barrierReceived':
      return seeBarrier(observed, entry);
    case 'entered':
      return seeEntered(observed, entry);
    case 'witnessTaken':
      return seeCopying(observed, entry);
    case 'snapshotTaken':
      partOf(observed, about, subject).copied = between(observed, entry);
      return;
    case 'uploaded':
      partOf(observed, about, subject).uploaded = between(observed, entry);
      return;
    case 'objectWritten':
      return seeStored(observed, entry);
    default:
      return seeSkew(observed, entry);
  }
}

function seeNotice(part: ObservedPart, entry: Entry): void {
  if (detailOf(entry, 'delivered').message === 'notifyCheckpointAborted') part.aborted = true;
  else part.trigger = { from: entry.at, to: entry.at, entry };
}

/** What a task of an older attempt does does not count. */
function seeTask({ tasks }: ObservedParts, entry: Entry): void {
  const { attempt, state } = detailOf(entry, 'taskState');
  if (attempt < (tasks.get(entry.about)?.attempt ?? 0)) return;
  tasks.set(entry.about, { attempt, isOver: state === 'FINISHED' });
}

/** The checkpoints of which something may still be told. */
export function forgetParts(
  { parts }: ObservedParts,
  isKept: (checkpoint: number) => boolean,
): void {
  for (const own of parts.values())
    for (const checkpoint of own.keys()) if (!isKept(checkpoint)) own.delete(checkpoint);
}

/** The entries that tell of the part that a report is about. */
export function entriesOf({ parts }: ObservedParts, { about, subject }: Entry): Entry[] {
  const part = parts.get(about)?.get(subject);
  if (part === undefined) return [];
  const { first, trigger, last, copying, copied, uploaded } = part;
  const known = [first ?? trigger, last, copying, copied, uploaded];
  return known.flatMap((time) => time?.entry ?? []);
}

function partOf({ parts }: ObservedParts, subtask: string, checkpoint: number): ObservedPart {
  let own = parts.get(subtask);
  if (own === undefined) parts.set(subtask, (own = new Map<number, ObservedPart>()));
  let part = own.get(checkpoint);
  if (part === undefined) {
    part = {
      ...{ trigger: undefined, first: undefined, last: undefined, barriers: 0, attempt: 0 },
      ...{ entered: 0, copying: undefined, copied: undefined, uploaded: undefined },
      ...{ stored: undefined, persisted: 0, aborted: false, skewed: false },
    };
    own.set(checkpoint, part);
  }
  return part;
}

function between({ pauses }: ObservedParts, entry: Entry): Between {
  return { from: earliestOf(pauses, entry), to: entry.at, entry };
}

function seeBarrier(observed: ObservedParts, entry: Entry): void {
  const subtask = entry.about.slice(entry.about.indexOf('->') + 2);
  const part = partOf(observed, subtask, entry.subject);
  if (part.copying !== undefined && !observed.overtakes) return;
  const time = between(observed, entry);
  if (part.first === undefined) part.skewed = isSkewed(observed, time.from);
  part.first ??= time;
  part.last = time;
  part.barriers += 1;
  part.attempt = detailOf(entry, 'barrierReceived').attempt;
}

/** It counts for every checkpoint whose first barrier has come and whose copy has not begun. */
function seeEntered({ parts }: ObservedParts, entry: Entry): void {
  const own = parts.get(entry.about);
  if (own === undefined || own.size === 0) return;
  const { attempt, words } = detailOf(entry, 'entered');
  for (const part of own.values())
    if (part.first !== undefined && part.copying === undefined && part.attempt === attempt)
      part.entered += 4 * words.length;
}

function seeCopying(observed: ObservedParts, entry: Entry): void {
  const part = partOf(observed, entry.about, entry.subject);
  part.copying = between(observed, entry);
  if (part.first !== undefined || part.trigger === undefined) return;
  part.skewed = isSkewed(observed, part.trigger.from);
}

function seeStored(observed: ObservedParts, entry: Entry): void {
  const [, checkpoint, subtask] = /^chk-(\d+)\/(.*\])-\d+$/.exec(entry.about) ?? [];
  if (checkpoint === undefined || subtask === undefined) return;
  const part = observed.parts.get(subtask)?.get(Number(checkpoint));
  if (part === undefined) return;
  const { words } = detailOf(entry, 'objectWritten');
  part.stored = 4 * words.length;
  const frames = observed.overtakes ? channelsIn(words) : [];
  part.persisted = 4 * frames.reduce((sum, { inFlight }) => sum + recordWordsIn(inFlight), 0);
}

function seeSkew(observed: ObservedParts, { kind, subject, about, at }: Entry): void {
  if (about !== 'clockSkew') return;
  if (kind === 'faultBegan') observed.skews.add(subject);
  else observed.skews.delete(subject);
  observed.skewedUntil = at;
}

/** Whether a clock was wrong at any time since. */
export function isSkewed({ skews, skewedUntil }: ObservedParts, since: Micros): boolean {
  return skews.size > 0 || skewedUntil >= since;
}

/** What a measure may be: at least and at most. */
export type Bounds = readonly [least: number, most: number];

/** What a subtask must have measured of its part, as far as that can be told. */
export type Expected = Partial<Record<SubtaskMeasure, Bounds>>;

/**
 * What a subtask must have measured.
 *
 * @param trigger  when the checkpoint was asked for, in milliseconds, as its barriers say
 */
export function expectedOf(observed: ObservedParts, entry: Entry, trigger: number): Expected {
  const { about: subtask, subject: checkpoint } = entry;
  const part = observed.parts.get(subtask)?.get(checkpoint);
  if (part === undefined) return {};
  const { first, copying, copied, uploaded, stored, skewed } = part;
  const expected: Expected = { persisted: [part.persisted, part.persisted] };
  const since = (time: Micros): number => Math.max(0, Math.floor(time / 1_000) - trigger);
  const begun = first ?? startOf(part);
  expected.start_delay = [0, Infinity];
  if (begun !== undefined && !skewed) expected.start_delay = [since(begun.from), since(begun.to)];
  if (copying !== undefined) {
    const last = observed.overtakes ? uploaded : copying;
    if (last) expected.alignment = alignmentOf(part, last, observed.channels.get(subtask) ?? 0);
    if (!observed.overtakes) expected.processed = [part.entered, part.entered];
  }
  if (copying && copied) expected.sync = spanOf(copying, copied);
  if (copied && uploaded) expected.async = spanOf(copied, uploaded);
  if (stored !== undefined) expected.state_size = [stored, stored];
  return expected;
}

/** What a subtask must tell whose upload was cancelled: of that it knows nothing. */
export function expectedOfCancelled(
  observed: ObservedParts,
  entry: Entry,
  trigger: number,
): Expected {
  const unknown = { async: [-1, -1], persisted: [-1, -1], state_size: [0, 0] } as const;
  return { ...expectedOf(observed, entry, trigger), ...unknown };
}

/** What is shown of a subtask that had finished. */
export const expectedOfFinished: Expected = {
  ...{ state_size: [0, 0], sync: [0, 0], async: [0, 0], processed: [0, 0] },
  ...{ persisted: [0, 0], alignment: [0, 0], start_delay: [0, 0] },
};

/** Without a barrier it begins after it was told, and before it copies. */
function startOf({ trigger, copying }: ObservedPart): Omit<Between, 'entry'> | undefined {
  return trigger && copying && { from: trigger.from, to: copying.to };
}

function alignmentOf(part: ObservedPart, end: Between, channels: number): Bounds {
  const { first, last, barriers } = part;
  if (first === undefined || last === undefined) return [0, 0];
  if (barriers === channels) return spanOf(first, last);
  return [spanOf(first, last)[0], spanOf(first, end)[1]];
}

/** Whole milliseconds from one reading to another. */
function spanOf(one: Between, other: Between): Bounds {
  const millis = (micros: Micros): number => Math.max(0, Math.floor(micros / 1_000));
  return [millis(other.from - one.to), millis(other.to - one.from)];
}
