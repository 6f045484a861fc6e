/**
 * The coordinator's effects, done: ids from the registry, triggers and notices to tasks, metadata
 * to the store, pointers to the registry, and the removal of what is subsumed.
 */
import type { Out, Words } from '../../kernel/actor.js';
import { reframed } from '../../history/frames.js';
import type { Micros } from '../../kernel/time.js';
import type { RegistryAnswer, StoreAnswer } from '../../kernel/protocols.js';
import { textBlock } from '../../kernel/words.js';
import { ask } from '../ask.js';
import { noteOutcome } from '../checkpoint/asked.js';
import {
  coordinate,
  type Completed,
  type CoordinatorEffect,
  type CoordinatorEvent,
  type Pending,
} from '../checkpoint/coordinator.js';
import { encodeMetadata, locationName, metadataName, pointerKey } from '../checkpoint/metadata.js';
import {
  countEffect,
  countLate,
  type LateWord,
  type Statistics,
  type Told,
} from '../checkpoint/statistics.js';
import { named, type CheckpointNotice } from '../protocol.js';
import { timerOf } from '../mail.js';
import {
  COUNTER,
  LEASE,
  once,
  patient,
  writeOwned,
  type CleanUpTag,
  type MasterStoreTag,
  type MasterTag,
} from '../services.js';
import { tellCompleted, tellHolder, tellHolders } from './coordinating.js';
import { objectsOf, type JobMaster } from './master.js';
import { tell } from './peers.js';
import { continueRestore } from './recovery.js';
import { tellScheduler } from './scheduling.js';

const of = 'jobMaster';
const nothing: Words = new Int32Array(0);

/** An event reaches the coordinator, and what it wants is done. */
export function tellCoordinator(master: JobMaster, out: Out, event: CoordinatorEvent): void {
  const [after, effects] = coordinate(master.coordinator, event, out.uptime());
  master.coordinator = after;
  for (const effect of effects) {
    count(master, out, effect);
    master.asked = noteOutcome(master.asked, effect, after.triggering?.request.number);
    perform(master, out, effect);
  }
}

function count(master: JobMaster, out: Out, effect: CoordinatorEffect): void {
  for (const counted of countEffect(master.statistics, effect, out.now()))
    report(master, out, ...counted);
}

/** A subtask tells of its part of a checkpoint; of one that is pending that changes nothing. */
export function hearLate(master: JobMaster, out: Out, word: LateWord): void {
  const counted = countLate(master.statistics, word, out.now());
  if (counted !== undefined) report(master, out, ...counted);
}

/** What an outsider sees has changed. */
export function report(
  master: JobMaster,
  out: Out,
  statistics: Statistics,
  told: Told | undefined,
): void {
  master.statistics = statistics;
  const { counts, restored } = statistics;
  const { checkpoint, by = '', ...more } = told ?? {};
  const detail = { counts, checkpoint, restored, ...more };
  out.moment('checkpointsReported', checkpoint?.id ?? 0, by, detail);
}

function perform(master: JobMaster, out: Out, effect: CoordinatorEffect): void {
  switch (effect.kind) {
    case 'armInterval':
      disarm(master, out);
      master.interval = out.setTimer(effect.delay, timerOf(of, 'interval', 0));
      return;
    case 'disarmInterval':
      return disarm(master, out);
    case 'refuse': {
      const { reason, request } = effect;
      const { kind: by, number } = request;
      return out.moment('requestRefused', 0, '', { reason, by, number });
    }
    case 'takeId':
      return takeId(master, out);
    case 'begin':
      return begin(master, out, effect.pending.id, effect.expiry);
    case 'coordinate': {
      const { id, coordinator } = effect;
      if (!master.coordinator.pending.has(id)) return; // another coordinator has failed it
      return tellHolder(master, out, coordinator, { kind: 'checkpointBegun', id });
    }
    case 'triggerTask': {
      const { id, attempt, subtask, timestamp } = effect;
      return tellTask(master, out, subtask, {
        kind: 'triggerCheckpoint',
        subject: id,
        attempt,
        timestamp,
      });
    }
    case 'acknowledge':
      out.moment('acknowledged', effect.id, effect.subtask, undefined);
      if (effect.last) out.moment('lastAcknowledged', effect.id, '', undefined);
      return;
    case 'writeMetadata':
      return writeMetadata(master, out, effect.pending, 0);
    case 'storePointer':
      out.moment('metadataWritten', effect.id, '', undefined);
      return storePointer(master, out, effect.id, 0);
    case 'complete':
      return completed(master, out, effect);
    case 'abort':
      return aborted(master, out, effect);
    case 'subsume':
      return subsume(master, out, effect.checkpoint, 0);
    case 'discard':
      return discard(
        master,
        out,
        effect.handles.map(({ name }) => name),
        undefined,
      );
    case 'failJob':
      return tellScheduler(master, out, { kind: 'jobFailed', cause: effect.reason });
  }
}

function disarm(master: JobMaster, out: Out): void {
  if (master.interval !== undefined) out.cancelTimer(master.interval);
  master.interval = undefined;
}

/** The next id, written before it is used: no checkpoint ever has it again. */
function takeId(master: JobMaster, out: Out): void {
  const id = master.counter.value + 1;
  const { version } = master.counter;
  const tag = { of, kind: 'counter', id, timestamp: out.now() } as const;
  writeOwned(master, out, COUNTER, Int32Array.of(id), tag, version);
}

/** A checkpoint is pending: it may expire, and needs a place for its metadata. */
function begin(master: JobMaster, out: Out, id: number, expiry: Micros): void {
  const { kind: by, number } = master.coordinator.triggering?.request ?? {};
  out.moment('triggered', id, '', { by, number });
  out.setTimer(expiry, timerOf(of, 'expiry', id));
  makeLocation(master, out, id, 0);
}

/** An object store has no folders; its clients leave an empty object in the place of one. */
function makeLocation(master: JobMaster, out: Out, id: number, tries: number): void {
  const name = locationName(id);
  const about = named(name);
  const words = new Int32Array(0);
  const body = { kind: 'putObject', subject: id, about, attempt: tries, name, words, weight: 0 };
  master.storeWork += 1;
  ask(master.store, out, body, { kind: 'location', id, tries }, patient(master));
}

/** The store answered for the place of a checkpoint, or did not. */
export function locationAnswered(
  master: JobMaster,
  out: Out,
  { id, tries }: Readonly<{ id: number; tries: number }>,
  answer: StoreAnswer | undefined,
): void {
  master.storeWork -= 1;
  const isLeft = tries + 1 < master.setup.configuration.requestAttempts;
  const isPending = master.coordinator.pending.has(id);
  if (answer?.kind === 'objectPut' && !isPending)
    discard(master, out, [locationName(id)], undefined); // made after what there was is removed
  else if (answer?.kind === 'objectPut') tellCoordinator(master, out, { kind: 'located', id });
  else if (answer?.kind === 'unavailable' && isLeft && isPending)
    makeLocation(master, out, id, tries + 1);
  else tellCoordinator(master, out, { kind: 'locationFailed', id });
}

function writeMetadata(
  master: JobMaster,
  out: Out,
  { id, parts, plan, coordinators }: Pending,
  tries: number,
): void {
  const finished = new Map<string, Words>();
  for (const name of plan.finished)
    finished.set(name, reframed(master.finished.get(name) ?? nothing, id, undefined));
  const words = encodeMetadata({ checkpoint: id, parts, finished, coordinators });
  const body = {
    kind: 'putObject',
    subject: id,
    about: named('_metadata'),
    attempt: tries,
    name: metadataName(id),
    words,
    weight: words.length * 4,
  };
  ask(master.store, out, body, { kind: 'metadata', id, tries }, patient(master));
}

function storePointer(master: JobMaster, out: Out, id: number, tries: number): void {
  const tag = { of, kind: 'pointer', id, tries } as const;
  writeOwned(master, out, pointerKey(id), textBlock(metadataName(id)), tag, 0);
}

type CheckpointTag = Exclude<MasterTag, { kind: 'pointers' | CleanUpTag['kind'] }>;

/** The registry answered a write of a checkpoint. */
export function checkpointAnswered(
  master: JobMaster,
  out: Out,
  tag: CheckpointTag,
  answer: RegistryAnswer,
): void {
  switch (tag.kind) {
    case 'counter':
      return idAnswered(master, out, tag, answer);
    case 'pointer':
      return pointerAnswered(master, out, tag.id, tag.tries, answer);
    case 'remove':
      return removeAnswered(master, out, tag.checkpoint, tag.tries, answer);
  }
}

function idAnswered(
  master: JobMaster,
  out: Out,
  { id, timestamp }: Readonly<{ id: number; timestamp: Micros }>,
  answer: RegistryAnswer,
): void {
  if (answer.kind === 'valueWritten') {
    master.counter = { value: id, version: answer.version };
    tellCoordinator(master, out, { kind: 'idTaken', id, timestamp });
  } else if (answer.kind === 'unavailable') tellCoordinator(master, out, { kind: 'idRefused' });
  else out.exit('the checkpoint counter is not ours: ' + answer.kind);
}

function pointerAnswered(
  master: JobMaster,
  out: Out,
  id: number,
  tries: number,
  answer: RegistryAnswer,
): void {
  if (answer.kind === 'valueWritten') {
    out.moment('stored', id, '', undefined);
    tellCoordinator(master, out, { kind: 'stored', id });
  } else if (answer.kind !== 'unavailable') out.exit('the pointers are not ours: ' + answer.kind);
  else if (tries + 1 < master.setup.configuration.requestAttempts)
    storePointer(master, out, id, tries + 1);
  else tellCoordinator(master, out, { kind: 'storeFailed', id });
  continueRestore(master, out);
}

/** The store answered the write of the metadata, or did not. */
export function metadataAnswered(
  master: JobMaster,
  out: Out,
  { id, tries }: Readonly<{ id: number; tries: number }>,
  answer: StoreAnswer | undefined,
): void {
  const pending = master.coordinator.pending.get(id);
  const isLeft = tries + 1 < master.setup.configuration.requestAttempts;
  if (answer?.kind === 'objectPut') tellCoordinator(master, out, { kind: 'metadataWritten', id });
  else if (answer?.kind === 'unavailable' && pending !== undefined && isLeft)
    writeMetadata(master, out, pending, tries + 1);
  else tellCoordinator(master, out, { kind: 'metadataFailed', id });
  continueRestore(master, out);
}

type Complete = Extract<CoordinatorEffect, { kind: 'complete' }>;

function completed(master: JobMaster, out: Out, { pending, attempt }: Complete): void {
  const { id, plan } = pending;
  out.moment('completed', id, '', undefined);
  tellHolders(master, out, { kind: 'checkpointOver', id });
  tellCompleted(master, out, id);
  for (const subtask of plan.waits)
    tellTask(master, out, subtask, { kind: 'notifyCheckpointComplete', subject: id, attempt });
}

type Abort = Extract<CoordinatorEffect, { kind: 'abort' }>;

/** The coordinators and the tasks hear of it, and what there is of it is removed. */
function aborted(master: JobMaster, out: Out, { pending, attempt, reason, latest }: Abort): void {
  const { id, plan, parts } = pending;
  if (reason === 'CHECKPOINT_EXPIRED') out.moment('expired', id, '', undefined);
  out.moment('aborted', id, '', { reason });
  tellHolders(master, out, { kind: 'checkpointOver', id });
  for (const subtask of plan.waits)
    tellTask(master, out, subtask, {
      kind: 'notifyCheckpointAborted',
      subject: id,
      attempt,
      latest,
    });
  const handles = [...parts.values()].map(({ handle }) => handle);
  discard(master, out, objectsOf(id, handles), id);
}

/** First the pointer goes, then what it named: nothing retained refers to what is gone. */
function subsume(master: JobMaster, out: Out, checkpoint: Completed, tries: number): void {
  const { epoch } = master;
  const key = pointerKey(checkpoint.id);
  const body = {
    kind: 'removeValue',
    subject: checkpoint.id,
    about: named(key),
    attempt: tries,
    key,
    lease: LEASE,
    epoch,
  };
  master.removals += 1;
  ask(master.registry, out, body, { of, kind: 'remove', checkpoint, tries }, once(master));
}

function removeAnswered(
  master: JobMaster,
  out: Out,
  checkpoint: Completed,
  tries: number,
  answer: RegistryAnswer,
): void {
  master.removals -= 1;
  const { id, handles } = checkpoint;
  if (answer.kind === 'valueRemoved') {
    out.moment('subsumed', id, '', undefined);
    discard(master, out, objectsOf(id, handles.values()), id);
  } else if (answer.kind !== 'unavailable') out.exit('the pointers are not ours: ' + answer.kind);
  else if (tries + 1 < master.setup.configuration.requestAttempts)
    subsume(master, out, checkpoint, tries + 1);
  else tellCoordinator(master, out, { kind: 'cleaned', id }); // the next reading finds it
  continueRestore(master, out);
}

/** Deletes objects; of which checkpoint, if it is one that is being cleaned. */
function discard(
  master: JobMaster,
  out: Out,
  names: readonly string[],
  id: number | undefined,
): void {
  if (id !== undefined) master.cleaning.set(id, names.length);
  master.storeWork += names.length;
  for (const name of names) {
    const body = { kind: 'deleteObject', subject: 0, about: named(name), name };
    ask(master.store, out, body, { kind: 'discard', id, name }, patient(master));
  }
}

type DiscardTag = Extract<MasterStoreTag, { kind: 'discard' }>;

/** An object is deleted; or it is left over, and tried again when the job is over. */
export function discardAnswered(
  master: JobMaster,
  out: Out,
  { id, name }: DiscardTag,
  answer: StoreAnswer | undefined,
): void {
  master.storeWork -= 1;
  if (answer?.kind !== 'objectGone') master.leftOver.add(name);
  if (id === undefined) return;
  const left = (master.cleaning.get(id) ?? 0) - 1;
  master.cleaning.set(id, left);
  if (left > 0) return;
  master.cleaning.delete(id);
  tellCoordinator(master, out, { kind: 'cleaned', id });
}

/** Tells a subtask of the attempt something of a checkpoint. */
function tellTask(master: JobMaster, out: Out, subtask: string, notice: CheckpointNotice): void {
  const manager = master.scheduler.executions.get(subtask)?.manager ?? '';
  const { epoch } = master;
  tell(master, out, manager, { ...notice, about: named(subtask), epoch });
}
