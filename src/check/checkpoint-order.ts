/**
 * checkpoint-order: ids of completed checkpoints ascend over the whole life of a job; a checkpoint
 * that has completed is final; who is told of it is told afterwards; a restore takes the newest one
 * that is there, and nothing that was begun before it completes after it; a pointer goes only when
 * a newer one is there, and files only after their pointer, but then they do (see `leftovers.ts`);
 * and when the job is over, all pointers go, and files as is configured (see `retention.ts`).
 *
 * Of I-NOTIFY it is the first part. No TLA+ module states it yet.
 *
 * The engine's word on what it restores is compared with what it then deploys. A job manager that
 * was deposed may not know it yet and restore what was the newest when it looked; it is refused
 * wherever it writes, so only the restores of the leader are judged. A pointer that is written
 * after a restore, for a checkpoint of an attempt before it, was not there to be restored: what it
 * makes durable has been processed again.
 *
 * Memory: the names of the files that exist, one number for each completed checkpoint, one for each
 * that is newer than those, and two for each attempt.
 */
import { detailOf, type Entry } from '../history/entry.js';
import { lifeName } from '../kernel/life.js';
import { caseOf, convict, convictAtEnd, hearing, verdictOf, type Case } from './case.js';
import {
  hearLeader,
  hearLeftovers,
  hearPointer,
  hearReleased,
  leftoverKinds,
  nothingLeft,
  overdue,
  type Leftovers,
} from './leftovers.js';
import { checkpointName, checkpointOfPointer } from './pointers.js';
import {
  hearResult,
  hearRetention,
  nothingRetained,
  retentionKinds,
  unclean,
  type Retained,
} from './retention.js';
import type { Checker, Context, Law } from './verdict.js';

export const checkpointOrder: Law = {
  name: 'checkpoint-order',
  says: 'checkpoints complete in order, are final and kept while needed; the newest is restored',
  source: "Flink's CheckpointCoordinator, CompletedCheckpointStore and CheckpointIDCounter",
  invariants: ['I-MONO', 'I-LATEST', 'I-NOTIFY'],
  judgesFrom: {
    'valueWritten, valueDeleted': 'registry: pointers, and the result of the job',
    'objectWritten, objectDeleted': 'object store: the files of a checkpoint, by their names',
    checkpointsCleaned: 'engine: a job that is over has left nothing',
    'triggered, aborted, stored': 'engine: which checkpoints a leader has pending',
    'delivered checkpointAcknowledged': 'world: which files it is told of',
    'faultBegan, faultEnded, processStarted, processCrashed, processPaused, processResumed':
      'world: what may delay that',
    leaseGranted: 'registry: which life of a job manager leads',
    'delivered notifyCheckpointComplete':
      'world: a task manager is told that a checkpoint completed',
    restoring: 'engine: the checkpoint that an attempt restores',
    'delivered deployTask': 'world: the same, from what a task manager is told',
    'delivered triggerCheckpoint': 'world: the attempt in which a checkpoint was begun',
  },
  open,
};

type Pointers = {
  readonly open: Case;
  /** Every checkpoint that ever completed; those whose pointer is there, ascending. */
  readonly ever: Set<number>;
  readonly there: Set<number>;
  newest: number;
  newestEntry: Entry | undefined;
  /** The life that holds the lease, as the registry calls it. */
  leader: string | undefined;
  /** What each attempt restores, by its number. */
  readonly restored: Map<number, Entry>;
  /** The newest attempt for which the leader restored. */
  attempt: number;
  /** By checkpoint: the attempt in which it was begun. */
  readonly begun: Map<number, number>;
  readonly retained: Retained;
  readonly leftovers: Leftovers;
};

const sees = [
  ...['valueWritten', 'valueDeleted', 'leaseGranted', 'restoring'],
  ...new Set([...retentionKinds, ...leftoverKinds]),
];

/** The key of the job's result in the registry. */
const RESULT = 'job-result';

const messages = [
  'notifyCheckpointComplete',
  'deployTask',
  'triggerCheckpoint',
  'checkpointAcknowledged',
];

function open({ configuration, settleMicros = 0 }: Context): Checker {
  const file = caseOf('checkpoint-order');
  const pointers: Pointers = {
    open: file,
    ever: new Set(),
    there: new Set(),
    newest: 0,
    newestEntry: undefined,
    leader: undefined,
    restored: new Map(),
    attempt: -1,
    begun: new Map(),
    retained: nothingRetained(configuration, settleMicros),
    leftovers: nothingLeft(configuration, settleMicros),
  };
  const see = (entry: Entry, index: number): void => {
    const left = overdue(pointers.leftovers, entry.at);
    if (left !== undefined) convict(file, entry, index, left.text, left.about, [left.since]);
    seeEntry(pointers, entry, index);
  };
  return hearing(file, sees, messages, see, (end) => {
    const left = unclean(pointers.retained, end) ?? overdue(pointers.leftovers, end.at);
    if (left !== undefined) convictAtEnd(file, end, left.text, left.about, [left.since]);
    return verdictOf(file, 'holds', '');
  });
}

function seeEntry(pointers: Pointers, entry: Entry, index: number): void {
  switch (entry.kind) {
    case 'valueWritten':
      return write(pointers, entry, index);
    case 'valueDeleted':
      return remove(pointers, entry, index);
    case 'leaseGranted':
      if (entry.about === 'job-manager') lead(pointers, detailOf(entry, 'leaseGranted').holder);
      return;
    case 'restoring':
      return restore(pointers, entry, index);
    case 'delivered':
      return hear(pointers, entry, index);
    default:
      return retain(pointers, entry, index);
  }
}

/** A life of a job manager has the lease. */
function lead(pointers: Pointers, holder: string): void {
  if (holder === pointers.leader) return;
  pointers.leader = holder;
  hearLeader(pointers.leftovers, true);
}

/** Something happens to files, or to whoever removes them. */
function retain(pointers: Pointers, entry: Entry, index: number): void {
  const { open: file, retained, leftovers, there, leader } = pointers;
  const isLeader = lifeName(entry.process, entry.incarnation) === leader;
  if (entry.kind === 'checkpointsCleaned' || entry.kind === 'objectDeleted') file.judged += 1;
  const wrong =
    hearRetention(retained, entry, there, isLeader) ??
    hearLeftovers(leftovers, entry, there, isLeader);
  if (wrong !== undefined) convict(file, entry, index, wrong.text, wrong.about, [wrong.since]);
}

function hear(pointers: Pointers, entry: Entry, index: number): void {
  const { message, attempt = -1 } = detailOf(entry, 'delivered');
  switch (message) {
    case 'deployTask':
      return deploy(pointers, entry, index);
    case 'triggerCheckpoint':
      if (entry.subject > pointers.newest) pointers.begun.set(entry.subject, attempt);
      return;
    case 'checkpointAcknowledged':
      return retain(pointers, entry, index);
    default:
      return notice(pointers, entry, index);
  }
}

/** A checkpoint completes: with an id above all others, and once. */
function write(pointers: Pointers, entry: Entry, index: number): void {
  if (entry.about === RESULT) hearResult(pointers.retained, entry, pointers.there);
  const checkpoint = checkpointOfPointer(entry.about);
  if (checkpoint === 0) return;
  pointers.open.judged += 1;
  const { newest, newestEntry } = pointers;
  const name = checkpointName(checkpoint);
  if (detailOf(entry, 'valueWritten').version !== 1) {
    const message = 'the pointer of ' + name + ' is written again';
    convict(pointers.open, entry, index, message, [name], [newestEntry]);
  } else if (checkpoint <= newest) {
    const message = name + ' completes after ' + checkpointName(newest);
    convict(pointers.open, entry, index, message, [name, checkpointName(newest)], [newestEntry]);
  }
  judgeAttempt(pointers, checkpoint, entry, index);
  pointers.ever.add(checkpoint);
  pointers.there.add(checkpoint);
  pointers.newest = checkpoint;
  pointers.newestEntry = entry;
  hearPointer(pointers.leftovers, entry, checkpoint, pointers.there);
}

/** What completes was begun in the attempt that was restored last, or in a later one. */
function judgeAttempt(pointers: Pointers, checkpoint: number, entry: Entry, index: number): void {
  const { begun, attempt, restored } = pointers;
  const own = begun.get(checkpoint);
  for (const old of begun.keys()) if (old <= checkpoint) begun.delete(old);
  if (own === undefined || own >= attempt) return;
  const restore = restored.get(attempt);
  const name = checkpointName(checkpoint);
  const message =
    [name, 'of attempt', String(own), 'completes after attempt', String(attempt)].join(' ') +
    [' has restored', restoredName(restore?.subject ?? 0)].join(' ');
  convict(pointers.open, entry, index, message, [name], [restore]);
}

/** A pointer goes: there must be a newer one, or the job is over. */
function remove(pointers: Pointers, entry: Entry, index: number): void {
  const checkpoint = checkpointOfPointer(entry.about);
  if (checkpoint === 0) return;
  pointers.open.judged += 1;
  pointers.there.delete(checkpoint);
  const { over } = pointers.retained;
  hearReleased(pointers.leftovers, entry, checkpoint, over?.discards === false);
  if (over !== undefined) return;
  for (const other of pointers.there) if (other > checkpoint) return;
  const name = checkpointName(checkpoint);
  const message = 'the pointer of ' + name + ' is removed, and no newer one is there';
  convict(pointers.open, entry, index, message, [name], [pointers.newestEntry]);
}

/** A task manager is told that a checkpoint has completed. */
function notice(pointers: Pointers, entry: Entry, index: number): void {
  pointers.open.judged += 1;
  if (pointers.ever.has(entry.subject)) return;
  const name = checkpointName(entry.subject);
  const message = entry.about + ' is told that ' + name + ' has completed, and it has not';
  convict(pointers.open, entry, index, message, [name, entry.about]);
}

/** The leader restores: the newest checkpoint whose pointer is there. */
function restore(pointers: Pointers, entry: Entry, index: number): void {
  const { attempt } = detailOf(entry, 'restoring');
  pointers.restored.set(attempt, entry);
  const life = lifeName(entry.process, entry.incarnation);
  if (pointers.leader !== undefined && pointers.leader !== life) return;
  pointers.attempt = Math.max(pointers.attempt, attempt);
  pointers.open.judged += 1;
  let newest = 0;
  for (const checkpoint of pointers.there) newest = Math.max(newest, checkpoint);
  if (newest === entry.subject) return;
  const message =
    ['attempt', String(attempt), 'restores', restoredName(entry.subject)].join(' ') +
    ', and the newest that is there is ' +
    restoredName(newest);
  const about = [entry.subject, newest].filter((checkpoint) => checkpoint > 0).map(checkpointName);
  convict(pointers.open, entry, index, message, about, [pointers.newestEntry]);
}

/** A task is deployed: at the checkpoint that its attempt restores. */
function deploy(pointers: Pointers, entry: Entry, index: number): void {
  const { attempt = -1 } = detailOf(entry, 'delivered');
  const restored = pointers.restored.get(attempt);
  pointers.open.judged += 1;
  if (restored?.subject === entry.subject) return;
  const name = restoredName(entry.subject);
  const message =
    [entry.about, 'of attempt', String(attempt), 'is deployed at', name].join(' ') +
    (restored === undefined
      ? '; the attempt has restored nothing'
      : '; the attempt restores ' + restoredName(restored.subject));
  const about = entry.subject > 0 ? [entry.about, name] : [entry.about];
  convict(pointers.open, entry, index, message, about, [restored]);
}

function restoredName(checkpoint: number): string {
  return checkpoint === 0 ? 'no checkpoint' : checkpointName(checkpoint);
}
