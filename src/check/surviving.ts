/**
 * What entered some subtasks along the surviving history: an attempt goes on from the checkpoint
 * that it restores, and what came behind that is no part of it any more.
 *
 * Each subtask has a tree of what entered it; a checkpoint is a place in it, and so a restore loses
 * nothing that a later one may want. What neither the newest attempt nor a retained checkpoint can
 * reach is dropped; unless the histories that were rolled back are asked for: those are kept, and
 * go on as long as somebody of their attempt is at work.
 */
import { detailOf, type Entry } from '../history/entry.js';
import { subtaskName, type Vertex } from '../job/job-graph.js';
import { checkpointName, checkpointOfPointer } from './pointers.js';
import type { Evidence } from './verdict.js';

/** What it is known from. */
export const survivingEvidence: Evidence = {
  'entered, watermark, timerFired, witnessTaken, witnessClosed':
    'witness: what entered, in which order',
  restoring: 'engine: what an attempt goes on from',
  'valueWritten, valueDeleted': 'registry: pointers of retained checkpoints',
};

/** An entry with its index in the history. */
export type Heard = Readonly<{ entry: Entry; index: number; subtask: number }>;

type Place = Readonly<{ heard: Heard; before: Place | undefined }>;

type Lane = {
  readonly subtask: number;
  last: Place | undefined;
  /** By checkpoint: the last place that its snapshot covers. */
  readonly marks: Map<number, Place | undefined>;
  /** The last place of a subtask that has finished: newer checkpoints have no snapshot of it. */
  closed: Readonly<{ last: Place | undefined }> | undefined;
};

export type Surviving = {
  /** By vertex: its lanes; and all of them by subtask. */
  readonly vertices: ReadonlyMap<string, readonly Lane[]>;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly pointers: Set<number>;
  /** By attempt and subtask: where histories stand that were rolled back; undefined: not kept. */
  readonly lost: Map<number, Map<string, Place | undefined>> | undefined;
  attempt: number;
  /** The restore that the surviving history goes on from. */
  restored: Readonly<{ entry: Entry; index: number }> | undefined;
  /** Why the surviving history is not known. */
  gap: string | undefined;
};

/** Kinds of entries that it is made of. */
export const survivingKinds: readonly string[] = [
  'entered',
  'watermark',
  'timerFired',
  'witnessTaken',
  'witnessClosed',
  'restoring',
  'valueWritten',
  'valueDeleted',
];

/** Nothing has entered the subtasks of these vertices yet. */
export function survivingOf(vertices: readonly Vertex[], keepsLost = false): Surviving {
  const lanes = new Map<string, Lane>();
  const byVertex = new Map<string, Lane[]>();
  for (const { id, parallelism } of vertices) {
    const own = Array.from({ length: parallelism }, (_, subtask): Lane => ({
      subtask,
      last: undefined,
      marks: new Map(),
      closed: undefined,
    }));
    byVertex.set(id, own);
    for (const lane of own) lanes.set(subtaskName(id, lane.subtask), lane);
  }
  const lost: Surviving['lost'] = keepsLost ? new Map() : undefined;
  return {
    vertices: byVertex,
    lanes,
    pointers: new Set(),
    lost,
    attempt: 0,
    restored: undefined,
    gap: undefined,
  };
}

/** One more entry. */
export function hearSurviving(surviving: Surviving, entry: Entry, index: number): void {
  switch (entry.kind) {
    case 'restoring':
      return restore(surviving, entry, index);
    case 'valueWritten':
      return retain(surviving, checkpointOfPointer(entry.about));
    case 'valueDeleted':
      return release(surviving, checkpointOfPointer(entry.about));
    default: {
      const lane = surviving.lanes.get(entry.about);
      if (lane === undefined) return;
      const { attempt } = detailOf(entry, 'entered');
      if (attempt < surviving.attempt) {
        goOn(surviving.lost?.get(attempt), lane.subtask, entry, index);
        return;
      }
      if (entry.kind === 'witnessTaken') lane.marks.set(entry.subject, lane.last);
      else if (entry.kind === 'witnessClosed') lane.closed = { last: lane.last };
      else append(lane, entry, index);
    }
  }
}

function append(lane: Lane, entry: Entry, index: number): void {
  lane.last = { heard: { entry, index, subtask: lane.subtask }, before: lane.last };
}

/** An attempt that was rolled back is still at work. */
function goOn(
  places: Map<string, Place | undefined> | undefined,
  subtask: number,
  entry: Entry,
  index: number,
): void {
  if (entry.kind === 'witnessTaken' || entry.kind === 'witnessClosed') return;
  places?.set(entry.about, { heard: { entry, index, subtask }, before: places.get(entry.about) });
}

/** The newest attempt goes on from a checkpoint. */
function restore(surviving: Surviving, entry: Entry, index: number): void {
  const { attempt } = detailOf(entry, 'restoring');
  const { lanes, attempt: newest } = surviving;
  if (attempt < newest) return;
  if (attempt > newest)
    surviving.lost?.set(newest, new Map([...lanes].map(([name, { last }]) => [name, last])));
  surviving.attempt = attempt;
  surviving.restored = { entry, index };
  for (const [name, lane] of lanes) {
    const hasMark = entry.subject === 0 || lane.marks.has(entry.subject);
    if (!hasMark && lane.closed === undefined)
      surviving.gap ??= `no snapshot of ${name} is known for ${checkpointName(entry.subject)}`;
    if (hasMark) lane.closed = undefined;
    lane.last = lane.closed?.last ?? lane.marks.get(entry.subject);
    append(lane, entry, index);
  }
}

function retain({ pointers }: Surviving, checkpoint: number): void {
  if (checkpoint > 0) pointers.add(checkpoint);
}

/** What is older than every retained checkpoint is restored no more. */
function release({ pointers, lanes }: Surviving, checkpoint: number): void {
  if (!pointers.delete(checkpoint) || pointers.size === 0) return;
  const oldest = Math.min(...pointers);
  for (const { marks } of lanes.values())
    for (const mark of marks.keys()) if (mark < oldest) marks.delete(mark);
}

/** What entered a vertex along the surviving history, in the order of the entries. */
export function survivors({ vertices }: Surviving, vertex: string): Heard[] {
  return heardUpTo((vertices.get(vertex) ?? []).map(({ last }) => last));
}

/** What entered a vertex along a history that was rolled back. */
export function lostIn({ lost }: Surviving, attempt: number, { id, parallelism }: Vertex): Heard[] {
  const places = lost?.get(attempt);
  return heardUpTo(
    Array.from({ length: parallelism }, (_, index) => places?.get(subtaskName(id, index))),
  );
}

function heardUpTo(lasts: readonly (Place | undefined)[]): Heard[] {
  const heard: Heard[] = [];
  for (const last of lasts)
    for (let place = last; place !== undefined; place = place.before) heard.push(place.heard);
  return heard.sort((one, other) => one.index - other.index || one.subtask - other.subtask);
}
