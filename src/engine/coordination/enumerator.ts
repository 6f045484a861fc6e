/**
 * The split enumerator of a source: it finds the partitions of the topic and deals them out to the
 * readers. Each split is in its state or in that of one reader, never in both or none: what it
 * deals out between its own snapshot and that of the reader comes back when the reader restarts.
 *
 * Eager, it gives each reader its splits as soon as all readers are there: partition p is for
 * subtask p modulo the parallelism. On request, it gives one split to whoever asks.
 *
 * A pure state machine. Source: Flink 2.x, SourceCoordinator, SplitEnumerator (FLIP-27; section
 * 7.7), KafkaSourceEnumerator.
 */
import { custodyIn, encodeCustody, type HeldSplit } from '../../history/custody.js';
import { frameOf, framesIn, tallyOf, withEvent, type Tally } from '../../history/witness.js';
import type { Coordination, EventEdge } from '../../job/coordination.js';
import type { Words } from '../../kernel/actor.js';
import { unreachable } from '../../kernel/invariant.js';
import type { WatermarkAlignment } from '../../job/job-graph.js';
import type { Micros } from '../../kernel/time.js';
import { joinSections } from '../state/snapshot.js';
import { decodeUp, encodeDown, type EventDown, type KnownSplit } from './source-events.js';
import {
  emptyTracker,
  takeBack,
  trackAssigned,
  trackCheckpoint,
  trackComplete,
  type Tracker,
} from './tracker.js';

/** Where a split is, as the enumerator knows. */
type SplitPlace = 'unassigned' | 'assigned' | 'finished';

/** A reader that has registered. */
type Reader = Readonly<{
  attempt: number;
  /** It asked for a split and there was none. */
  isWaiting: boolean;
  isToldEnd: boolean;
}>;

/** What passed on the edge to a subtask. */
type Passed = Readonly<{ down: Tally; up: Tally }>;

export type Enumerator = Readonly<{
  coordination: Coordination;
  /** How often it was reset: what it asked for before is not for it any more. */
  resets: number;
  /** By partition. */
  splits: readonly SplitPlace[];
  /** The topic gets no more partitions. */
  isComplete: boolean;
  readers: ReadonlyMap<string, Reader>;
  tracker: Tracker;
  passed: ReadonlyMap<string, Passed>;
}>;

export type EnumeratorEvent =
  /** It begins anew, from its state in a checkpoint. */
  | Readonly<{ kind: 'reset'; words: Words | undefined }>
  /** A subtask restarts from a checkpoint, in which the enumerator's state was this. */
  | Readonly<{
      kind: 'subtaskReset';
      subtask: string;
      checkpoint: number;
      words: Words | undefined;
    }>
  | Readonly<{ kind: 'partitionsListed'; partitions: number; isComplete: boolean }>
  | Readonly<{ kind: 'partitionsNotListed' }>
  | Readonly<{ kind: 'discoveryDue' }>
  /** It is time to tell the readers how far they may go; undefined: nobody knows yet. */
  | Readonly<{ kind: 'announcementDue'; watermark: number | undefined }>
  | Readonly<{ kind: 'eventHeard'; subtask: string; attempt: number; words: Words }>
  | Readonly<{ kind: 'snapshotAsked'; id: number }>
  | Readonly<{ kind: 'checkpointCompleted'; id: number }>;

export type EnumeratorEffect =
  | Readonly<{ kind: 'listPartitions' }>
  /** The next discovery is due after that long; undefined: as soon as it is worth trying again. */
  | Readonly<{ kind: 'armDiscovery'; delay: Micros | undefined }>
  | Readonly<{ kind: 'send'; subtask: string; attempt: number; words: Words; splits: number }>
  | Readonly<{ kind: 'giveSnapshot'; id: number; words: Words }>
  /** The next announcement to the readers of an aligned source is due after that long. */
  | Readonly<{ kind: 'armAnnouncement'; alignment: WatermarkAlignment }>
  /** A reader of it says how far it is; undefined: it begins anew, and nobody knows. */
  | Readonly<{
      kind: 'noteWatermark';
      alignment: WatermarkAlignment;
      subtask: string;
      watermark: number | undefined;
    }>;

type Step = readonly [Enumerator, readonly EnumeratorEffect[]];

/** An enumerator that knows nothing. */
export function enumeratorOf(coordination: Coordination): Enumerator {
  return {
    coordination,
    resets: 0,
    splits: [],
    isComplete: false,
    readers: new Map(),
    tracker: emptyTracker,
    passed: new Map(),
  };
}

/** One transition. */
export function enumerate(state: Enumerator, event: EnumeratorEvent): Step {
  switch (event.kind) {
    case 'reset':
      return reset(state, event.words);
    case 'subtaskReset':
      return [subtaskReset(state, event), noted(state, event.subtask, undefined)];
    case 'partitionsListed':
      return discovered(state, event.partitions, event.isComplete);
    case 'partitionsNotListed':
      return [state, [{ kind: 'armDiscovery', delay: undefined }]];
    case 'discoveryDue':
      return [state, [{ kind: 'listPartitions' }]];
    case 'announcementDue':
      return announce(state, event.watermark);
    case 'eventHeard':
      return hear(state, event.subtask, event.attempt, event.words);
    case 'snapshotAsked':
      return snapshot(state, event.id);
    case 'checkpointCompleted':
      return [{ ...state, tracker: trackComplete(state.tracker, event.id) }, []];
    default:
      return unreachable(event);
  }
}

/** As a checkpoint has it; what partitions there are by now is asked in any case. */
function reset({ coordination, resets }: Enumerator, words: Words | undefined): Step {
  const splits = placesIn(words);
  const passed = new Map(
    coordination.edges.map((edge) => [edge.subtask, passedIn(words, edge)] as const),
  );
  const fresh = { ...enumeratorOf(coordination), resets: resets + 1, splits, passed };
  const unknown = coordination.edges.flatMap(({ subtask }) => noted(fresh, subtask, undefined));
  return [fresh, [{ kind: 'listPartitions' }, ...unknown, ...armed(fresh)]];
}

function alignmentOf({ coordination }: Enumerator): WatermarkAlignment | undefined {
  return coordination.operator.watermarks?.alignment;
}

/** What is known of a reader's time, for the group of an aligned source. */
function noted(
  state: Enumerator,
  subtask: string,
  watermark: number | undefined,
): EnumeratorEffect[] {
  const alignment = alignmentOf(state);
  if (alignment === undefined) return [];
  return [{ kind: 'noteWatermark', alignment, subtask, watermark }];
}

function armed(state: Enumerator): EnumeratorEffect[] {
  const alignment = alignmentOf(state);
  return alignment === undefined ? [] : [{ kind: 'armAnnouncement', alignment }];
}

/** Tells every reader that is there how far its group may go, now and again. */
function announce(before: Enumerator, watermark: number | undefined): Step {
  let state = before;
  const effects = armed(state);
  if (watermark !== undefined)
    for (const subtask of before.readers.keys())
      state = say(state, effects, subtask, { kind: 'watermarkAllowed', watermark });
  return [state, effects];
}

/** Where the splits were at the checkpoint that holds these words. */
function placesIn(words: Words | undefined): SplitPlace[] {
  const splits: SplitPlace[] = [];
  for (const { split, state } of words === undefined ? [] : (custodyIn(words)[0]?.splits ?? []))
    splits[split] = state === 'held' ? 'assigned' : state;
  return splits;
}

/** What had passed on the edge at the checkpoint that holds these words. */
function passedIn(words: Words | undefined, { down, up }: EventEdge): Passed {
  const frame = words === undefined ? undefined : framesIn(words)[0];
  const tallyIn = (tallies: readonly Tally[] = [], name: string): Tally =>
    tallies.find(({ channel }) => channel === name) ?? tallyOf(name);
  return { down: tallyIn(frame?.outputs, down), up: tallyIn(frame?.inputs, up) };
}

type SubtaskReset = Extract<EnumeratorEvent, { kind: 'subtaskReset' }>;

/**
 * What the subtask was assigned after the checkpoint is given back, and what was read to its end
 * after it is to be read again. The subtask has yet to register.
 */
function subtaskReset(state: Enumerator, { subtask, checkpoint, words }: SubtaskReset): Enumerator {
  const readers = new Map(state.readers);
  readers.delete(subtask);
  const [tracker, back] = takeBack(state.tracker, subtask, checkpoint);
  const edge = state.coordination.edges.find((one) => one.subtask === subtask) as EventEdge;
  const passed = new Map(state.passed).set(subtask, passedIn(words, edge));
  const past = placesIn(words);
  const splits = state.splits.map((place, split): SplitPlace => {
    if (back.includes(split)) return 'unassigned';
    return place === 'finished' && past[split] !== 'finished' ? 'assigned' : place;
  });
  return { ...state, readers, tracker, passed, splits };
}

function placed(
  splits: readonly SplitPlace[],
  moved: readonly number[],
  place: SplitPlace,
): SplitPlace[] {
  return splits.map((before, split) => (moved.includes(split) ? place : before));
}

/** The topic has so many partitions by now. */
function discovered(before: Enumerator, partitions: number, isComplete: boolean): Step {
  const missing = Math.max(0, partitions - before.splits.length);
  const splits = [
    ...before.splits,
    ...Array.from({ length: missing }, () => 'unassigned' as const),
  ];
  const [state, effects] = deal({ ...before, splits, isComplete });
  const { discoveryMicros: delay } = state.coordination.operator;
  if (isComplete || delay === undefined) return [state, effects];
  return [state, [{ kind: 'armDiscovery', delay }, ...effects]];
}

/** A reader says something. */
function hear(before: Enumerator, subtask: string, attempt: number, words: Words): Step {
  const counted = countUp(before, subtask, words);
  const event = decodeUp(words);
  switch (event.kind) {
    case 'readerRegistered':
      return deal(register(counted, subtask, attempt, event.splits));
    case 'splitRequested':
      return deal(withReader(counted, subtask, { isWaiting: true }));
    case 'splitFinished':
      return [{ ...counted, splits: placed(counted.splits, [event.split], 'finished') }, []];
    case 'checkpointAcknowledged':
      return [counted, []];
    case 'watermarkReported':
      return [counted, noted(counted, subtask, event.watermark)];
    default:
      return unreachable(event);
  }
}

function countUp(state: Enumerator, subtask: string, words: Words): Enumerator {
  const before = state.passed.get(subtask);
  if (before === undefined) return state;
  const passed = new Map(state.passed);
  passed.set(subtask, { ...before, up: withEvent(before.up, words) });
  return { ...state, passed };
}

/** A reader is there, with what it restored. */
function register(
  state: Enumerator,
  subtask: string,
  attempt: number,
  known: readonly KnownSplit[],
): Enumerator {
  const reader = { attempt, isWaiting: false, isToldEnd: false };
  let { splits } = state;
  for (const { split, isFinished } of known)
    splits = placed(splits, [split], isFinished ? 'finished' : 'assigned');
  return { ...state, splits, readers: new Map(state.readers).set(subtask, reader) };
}

function withReader(state: Enumerator, subtask: string, change: Partial<Reader>): Enumerator {
  const reader = state.readers.get(subtask);
  if (reader === undefined) return state;
  return { ...state, readers: new Map(state.readers).set(subtask, { ...reader, ...change }) };
}

/** Deals out what may be dealt out now, and tells the end to those who get no more. */
function deal(before: Enumerator): Step {
  const { edges, operator } = before.coordination;
  const isEager = operator.splitAssignment !== 'request';
  if (isEager && before.readers.size < edges.length) return [before, []];
  let state = before;
  const effects: EnumeratorEffect[] = [];
  for (const [index, { subtask }] of edges.entries()) {
    const reader = state.readers.get(subtask);
    if (reader === undefined) continue;
    const free = isEager ? ownedBy(state, index) : firstFree(state, reader);
    if (free.length > 0) {
      const tracker = trackAssigned(state.tracker, subtask, free);
      const splits = placed(state.splits, free, 'assigned');
      const assigned = withReader({ ...state, tracker, splits }, subtask, { isWaiting: false });
      state = say(assigned, effects, subtask, { kind: 'addSplits', splits: free });
    } else if (getsNoMore(state, reader, isEager)) {
      const told = withReader(state, subtask, { isToldEnd: true });
      state = say(told, effects, subtask, { kind: 'noMoreSplits' });
    }
  }
  const [next, more] = state === before ? [state, []] : deal(state);
  return [next, [...effects, ...more]];
}

/** Splits that wait for the reader of this index. */
function ownedBy({ splits, coordination }: Enumerator, index: number): number[] {
  const { length: readers } = coordination.edges;
  return [...splits.keys()].filter(
    (split) => splits[split] === 'unassigned' && split % readers === index,
  );
}

/** The first split that nobody has, for a reader that asked. */
function firstFree({ splits }: Enumerator, { isWaiting }: Reader): number[] {
  const split = splits.indexOf('unassigned');
  return isWaiting && split >= 0 ? [split] : [];
}

/** Whether a reader is at its end once it has emitted what it has. */
function getsNoMore({ isComplete }: Enumerator, reader: Reader, isEager: boolean): boolean {
  return isComplete && !reader.isToldEnd && (isEager || reader.isWaiting);
}

/** Sends an event to a reader, and counts it. */
function say(
  state: Enumerator,
  effects: EnumeratorEffect[],
  subtask: string,
  event: EventDown,
): Enumerator {
  const words = encodeDown(event);
  const splits = event.kind === 'addSplits' ? event.splits.length : 0;
  const attempt = state.readers.get(subtask)?.attempt ?? 0;
  effects.push({ kind: 'send', subtask, attempt, words, splits });
  const before = state.passed.get(subtask);
  if (before === undefined) return state;
  const passed = new Map(state.passed);
  passed.set(subtask, { ...before, down: withEvent(before.down, words) });
  return { ...state, passed };
}

/** Its state, and the witness of what it sent and heard, in one step with the tracker's. */
function snapshot(state: Enumerator, id: number): Step {
  const { coordinator, edges } = state.coordination;
  const ends = edges.map(({ subtask }) => state.passed.get(subtask));
  const witness = {
    subtask: coordinator,
    attempt: 0,
    inputs: ends.flatMap((end) => (end === undefined ? [] : [end.up])),
    outputs: ends.flatMap((end) => (end === undefined ? [] : [end.down])),
  };
  const splits = state.splits.map((place, split): HeldSplit => ({
    split,
    state: place,
    offset: 0,
  }));
  const custody = encodeCustody({ holder: coordinator, checkpoint: id, splits });
  const words = joinSections([frameOf(witness, id), custody]);
  const after = { ...state, tracker: trackCheckpoint(state.tracker, id) };
  return [after, [{ kind: 'giveSnapshot', id, words }]];
}
