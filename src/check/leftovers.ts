/**
 * What no checkpoint holds any more is removed. A checkpoint holds the files in its place while the
 * leader has it pending, or its pointer is there; that of a subtask from when its acknowledgement
 * reaches the leader. A subtask removes what it does not acknowledge; the leader what comes too
 * late, what was aborted, and what a newer checkpoint has driven out, with the pointer first.
 *
 * Where nothing disturbs it for long enough before and after, that is done at once. Else a word may
 * be lost, and what nobody knows of stays for ever; what the leader knows of it removes at the
 * latest when the job is over, unless it has crashed by then.
 *
 * Source: Flink 2.x, CheckpointCoordinator, CheckpointsCleaner, AsyncCheckpointRunnable.
 */
import type { Configuration } from '../flink/configuration.js';
import { detailOf, type Entry } from '../history/entry.js';
import type { Micros } from '../kernel/time.js';
import { textOf } from '../kernel/time.js';
import { calm, disturb, disturbances, isCalm, type Calm } from './calm.js';
import type { Wrong } from './case.js';
import { checkpointName, placeOf } from './pointers.js';

/** A file or a pointer: its checkpoint, and for the file of a subtask the task manager. */
type Thing = Readonly<{ checkpoint: number; writer: string | undefined }>;

/** Held by nothing since then; whether the leader knows of it, or else who wrote it. */
type Loose = Readonly<{ since: Entry; isKnown: boolean; writer: string | undefined }>;

export type Leftovers = {
  /** As many are retained, and what is driven out is gone so soon. */
  readonly retained: number;
  readonly grace: Micros;
  readonly calm: Calm;
  /** What exists, by its name. */
  readonly things: Map<string, Thing>;
  /** Files that were deleted: a put that was repeated may be carried out behind that. */
  readonly gone: Set<string>;
  /** Task managers: one disturbs only what it has to do with. */
  readonly writers: Set<string>;
  /** Those that must go soon, the oldest first; and those that the leader may be late with. */
  readonly loose: Map<string, Loose>;
  readonly owed: Map<string, Entry>;
  /** What the leader has pending, with the files that it was told of. */
  readonly pending: Map<number, Set<string>>;
  /** The leader lives, and takes events. */
  leads: boolean;
  isPaused: boolean;
};

/** What is heard of it, besides the pointers. */
export const leftoverKinds: readonly string[] = [
  ...disturbances,
  'objectWritten',
  'objectDeleted',
  'triggered',
  'aborted',
  'stored',
  'checkpointsCleaned',
];

/** There is nothing yet. */
export function nothingLeft(configuration: Configuration, settleMicros: Micros): Leftovers {
  const { retainedCheckpoints: retained, requestTimeoutMicros } = configuration;
  const grace = settleMicros + 4 * requestTimeoutMicros;
  return {
    ...{ retained, grace, calm: calm(), things: new Map(), loose: new Map(), owed: new Map() },
    gone: new Set(),
    ...{ writers: new Set(), pending: new Map(), leads: false, isPaused: false },
  };
}

/** Another life leads, or none: nobody knows what the one before knew. */
export function hearLeader(leftovers: Leftovers, leads: boolean): void {
  leftovers.loose.clear();
  leftovers.owed.clear();
  leftovers.pending.clear();
  leftovers.leads = leads;
  leftovers.isPaused = false;
}

/** A pointer is written; `there` are those that are there now. */
export function hearPointer(
  leftovers: Leftovers,
  entry: Entry,
  checkpoint: number,
  there: ReadonlySet<number>,
): void {
  leftovers.things.set(pointerName(checkpoint), { checkpoint, writer: undefined });
  for (const name of thingsOf(leftovers, checkpoint)) leftovers.loose.delete(name);
  const [driven] = [...there].sort((one, other) => other - one).slice(leftovers.retained);
  if (driven !== undefined) loosen(leftovers, pointerName(driven), entry, false);
}

/** A pointer is removed; its files may stay where the job is over. */
export function hearReleased(
  leftovers: Leftovers,
  entry: Entry,
  checkpoint: number,
  mayStay: boolean,
): void {
  isGone(leftovers, pointerName(checkpoint));
  if (mayStay) return;
  for (const file of thingsOf(leftovers, checkpoint))
    loosen(leftovers, file, entry, leftovers.leads);
}

function thingsOf({ things }: Leftovers, checkpoint: number): string[] {
  return [...things].filter(([, own]) => own.checkpoint === checkpoint).map(([name]) => name);
}

function pointerName(checkpoint: number): string {
  return `the pointer of ${checkpointName(checkpoint)}`;
}

/** One more entry; `isLeader` says whether it is of the leader's life. */
export function hearLeftovers(
  leftovers: Leftovers,
  entry: Entry,
  there: ReadonlySet<number>,
  isLeader: boolean,
): Wrong | undefined {
  const place = placeOf(entry.about);
  switch (entry.kind) {
    case 'objectWritten':
      if (place > 0) hearWritten(leftovers, entry, place, there);
      return undefined;
    case 'objectDeleted':
      isGone(leftovers, entry.about);
      leftovers.gone.add(entry.about);
      return undefined;
    default:
      if (disturbances.includes(entry.kind)) hearDisturbance(leftovers, entry, isLeader);
      else if (isLeader) return hearLeading(leftovers, entry, there);
      return undefined;
  }
}

function hearWritten(
  leftovers: Leftovers,
  entry: Entry,
  place: number,
  there: ReadonlySet<number>,
): void {
  const { about: file } = entry;
  const writer = isOfSubtask(file) ? detailOf(entry, 'objectWritten').by : undefined;
  leftovers.things.set(file, { checkpoint: place, writer });
  if (writer !== undefined) leftovers.writers.add(writer);
  const told = leftovers.pending.get(place);
  const isHeld = there.has(place) || (isOfSubtask(file) ? told?.has(file) : told !== undefined);
  if (isHeld !== true && !leftovers.gone.has(file)) loosen(leftovers, file, entry, false);
}

/** The other files of a checkpoint the leader writes: its place and its metadata. */
function isOfSubtask(file: string): boolean {
  return /-\d+$/.test(file);
}

/** The leader says or hears something. */
function hearLeading(
  leftovers: Leftovers,
  entry: Entry,
  there: ReadonlySet<number>,
): Wrong | undefined {
  const { pending } = leftovers;
  switch (entry.kind) {
    case 'triggered':
      pending.set(entry.subject, new Set());
      return undefined;
    case 'stored':
      pending.delete(entry.subject);
      return undefined;
    case 'aborted':
      hearAborted(leftovers, entry);
      return undefined;
    case 'delivered':
      hearAcknowledged(leftovers, entry, there);
      return undefined;
    default:
      return hearCleaned(leftovers);
  }
}

function hearAborted(leftovers: Leftovers, entry: Entry): void {
  const { pending } = leftovers;
  const told = pending.get(entry.subject);
  pending.delete(entry.subject);
  for (const file of thingsOf(leftovers, entry.subject))
    if (!isOfSubtask(file) || told?.has(file) === true) loosen(leftovers, file, entry, true);
}

/** The leader is told of a file; while it is paused it may not come to hear of it. */
function hearAcknowledged(leftovers: Leftovers, entry: Entry, there: ReadonlySet<number>): void {
  const { pending, loose, isPaused } = leftovers;
  const { attempt = 0 } = detailOf(entry, 'delivered');
  const file = `chk-${String(entry.subject)}/${entry.about}-${String(attempt)}`;
  const told = pending.get(entry.subject);
  told?.add(file);
  loose.delete(file);
  if (told === undefined && !there.has(entry.subject)) loosen(leftovers, file, entry, !isPaused);
}

function hearDisturbance(leftovers: Leftovers, entry: Entry, isLeader: boolean): void {
  const { loose, owed } = leftovers;
  const whom = disturb(leftovers.calm, entry);
  if (whom === undefined) return;
  const { process } = whom;
  for (const [name, { since, isKnown, writer }] of loose) {
    if (process !== undefined && !dependsOn(leftovers, writer, process)) continue;
    if (isKnown) owed.set(name, since);
    loose.delete(name);
  }
  if (isLeader && entry.kind === 'processPaused') leftovers.isPaused = true;
  if (isLeader && entry.kind === 'processResumed') leftovers.isPaused = false;
  if (isLeader && entry.kind === 'processCrashed') hearLeader(leftovers, false);
}

/** Whether a process has to do with what the leader must remove, or this task manager. */
function dependsOn({ writers }: Leftovers, writer: string | undefined, process: string): boolean {
  return process === writer || !writers.has(process);
}

function isGone({ things, loose, owed }: Leftovers, name: string): void {
  things.delete(name);
  loose.delete(name);
  owed.delete(name);
}

/** Nothing holds it any more. */
function loosen(leftovers: Leftovers, name: string, since: Entry, isKnown: boolean): void {
  const { things, loose, owed, grace } = leftovers;
  const thing = things.get(name);
  if (thing === undefined || owed.has(name) || loose.get(name)?.isKnown === true) return;
  loose.delete(name);
  const writer = isKnown ? undefined : thing.writer;
  const isRelevant = (process: string) => dependsOn(leftovers, writer, process);
  if (isCalm(leftovers.calm, since.at, grace, isRelevant))
    loose.set(name, { since, isKnown, writer });
  else if (isKnown) owed.set(name, since);
}

/** What should be gone by now. */
export function overdue({ loose, grace }: Leftovers, now: Micros): Wrong | undefined {
  const [first] = loose;
  if (first === undefined) return undefined;
  const [name, { since }] = first;
  if (now <= since.at + grace) return undefined;
  return { text: `${name} is left for ${textOf(grace)}, and nothing holds it`, about: [], since };
}

/** The job manager says that nothing is left that has to go. */
function hearCleaned({ loose, owed }: Leftovers): Wrong | undefined {
  const known = [...loose].filter(([, { isKnown }]) => isKnown);
  const [first] = [...owed, ...known.map(([name, { since }]) => [name, since] as const)];
  if (first === undefined) return undefined;
  const [name, since] = first;
  return { text: `${name} is left, and nothing holds it when the job is over`, about: [], since };
}
