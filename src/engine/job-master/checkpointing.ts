/**
 * The coordinator's effects, done: ids from the registry, triggers and notices to tasks, metadata
 * to the store, pointers to the registry, and the removal of what is subsumed.
 */
import type { Out } from '../../kernel/actor.js';
import type { RegistryAnswer, StoreAnswer } from '../../kernel/protocols.js';
import { textBlock } from '../../kernel/words.js';
import { commitsRows } from '../../job/job-graph.js';
import { ask } from '../ask.js';
import {
  coordinate,
  type Completed,
  type CoordinatorEffect,
  type CoordinatorEvent,
  type Pending,
} from '../checkpoint/coordinator.js';
import { encodeMetadata, metadataName, pointerKey } from '../checkpoint/metadata.js';
import { named, type ToTaskManager } from '../protocol.js';
import { timerOf } from '../mail.js';
import { COUNTER, LEASE, once, patient, writeOwned, type MasterTag } from '../services.js';
import { tellCompleted, tellHolder, tellHolders } from './coordinating.js';
import { objectsOf, subtasksWith, type JobMaster } from './master.js';
import { tell } from './peers.js';
import { continueRestore } from './recovery.js';
import { tellScheduler } from './scheduling.js';

const of = 'jobMaster';

/** An event reaches the coordinator, and what it wants is done. */
export function tellCoordinator(master: JobMaster, out: Out, event: CoordinatorEvent): void {
  const [after, effects] = coordinate(master.coordinator, event);
  master.coordinator = after;
  for (const effect of effects) perform(master, out, effect);
}

function perform(master: JobMaster, out: Out, effect: CoordinatorEffect): void {
  switch (effect.kind) {
    case 'armInterval':
      out.setTimer(effect.delay, timerOf(of, 'interval', effect.attempt));
      return;
    case 'takeId':
      return takeId(master, out, effect.attempt);
    case 'armExpiry':
      out.moment('triggered', effect.id, '', undefined);
      out.setTimer(effect.delay, timerOf(of, 'expiry', effect.id));
      return;
    case 'coordinate': {
      const { id, coordinator } = effect;
      if (master.coordinator.pending?.id !== id) return; // another coordinator has failed it
      return tellHolder(master, out, coordinator, { kind: 'checkpointBegun', id });
    }
    case 'triggerTask':
      return tellTask(master, out, effect.subtask, 'triggerCheckpoint', effect.id, effect.attempt);
    case 'acknowledge':
      out.moment('acknowledged', effect.id, effect.subtask, undefined);
      if (effect.last) out.moment('lastAcknowledged', effect.id, '', undefined);
      return;
    case 'writeMetadata':
      return writeMetadata(master, out, effect.pending, 0);
    case 'storePointer':
      out.moment('metadataWritten', effect.id, '', undefined);
      return storePointer(master, out, effect.id, 0);
    case 'notifyComplete':
      return notifyComplete(master, out, effect.id, effect.attempt, effect.final);
    case 'notifyAborted':
      out.moment('aborted', effect.id, '', { reason: effect.reason });
      tellHolders(master, out, { kind: 'checkpointOver', id: effect.id });
      return tellAll(master, out, 'notifyCheckpointAborted', effect.id, effect.attempt);
    case 'subsume':
      return subsume(master, out, effect.checkpoint, 0);
    case 'discard':
      return discard(
        master,
        out,
        [...effect.handles].map(({ name }) => name),
      );
    case 'failJob':
      return tellScheduler(master, out, { kind: 'jobFailed', cause: effect.reason });
  }
}

/** The next id, written before it is used: no checkpoint ever has it again. */
function takeId(master: JobMaster, out: Out, attempt: number): void {
  const id = master.counter.value + 1;
  const { version } = master.counter;
  const tag = { of, kind: 'counter', attempt, id } as const;
  writeOwned(master, out, COUNTER, Int32Array.of(id), tag, version);
}

function writeMetadata(
  master: JobMaster,
  out: Out,
  { id, handles, coordinators }: Pending,
  tries: number,
): void {
  const words = encodeMetadata({ checkpoint: id, handles, coordinators });
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

type CheckpointTag = Exclude<MasterTag, { kind: 'pointers' }>;

/** The registry answered a write of a checkpoint. */
export function checkpointAnswered(
  master: JobMaster,
  out: Out,
  tag: CheckpointTag,
  answer: RegistryAnswer,
): void {
  switch (tag.kind) {
    case 'counter':
      return idAnswered(master, out, tag.attempt, tag.id, answer);
    case 'pointer':
      return pointerAnswered(master, out, tag.id, tag.tries, answer);
    case 'remove':
      return removeAnswered(master, out, tag.checkpoint, tag.tries, answer);
  }
}

function idAnswered(
  master: JobMaster,
  out: Out,
  attempt: number,
  id: number,
  answer: RegistryAnswer,
): void {
  if (answer.kind === 'valueWritten') {
    master.counter = { value: id, version: answer.version };
    tellCoordinator(master, out, { kind: 'idTaken', attempt, id });
  } else if (answer.kind === 'unavailable')
    tellCoordinator(master, out, { kind: 'idRefused', attempt });
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
    tellCoordinator(master, out, { kind: 'stored', id, now: out.uptime() });
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
  id: number,
  tries: number,
  answer: StoreAnswer | undefined,
): void {
  const { pending } = master.coordinator;
  if (answer?.kind === 'objectPut') tellCoordinator(master, out, { kind: 'metadataWritten', id });
  else if (
    answer?.kind === 'unavailable' &&
    pending?.id === id &&
    tries + 1 < master.setup.configuration.requestAttempts
  )
    writeMetadata(master, out, pending, tries + 1);
  else tellCoordinator(master, out, { kind: 'metadataFailed', id });
}

function notifyComplete(
  master: JobMaster,
  out: Out,
  id: number,
  attempt: number,
  final: boolean,
): void {
  out.moment('completed', id, '', undefined);
  tellHolders(master, out, { kind: 'checkpointOver', id });
  tellCompleted(master, out, id);
  if (final) {
    master.finalCheckpoint ??= id;
    checkCommits(master, out);
  }
  tellAll(master, out, 'notifyCheckpointComplete', id, attempt);
}

/** A sink has made everything up to this checkpoint visible. */
export function commitsDone(master: JobMaster, out: Out, subtask: string, id: number): void {
  master.commits.set(subtask, Math.max(id, master.commits.get(subtask) ?? 0));
  checkCommits(master, out);
}

/** The final checkpoint is completed and all that it holds is visible: the job is done. */
function checkCommits(master: JobMaster, out: Out): void {
  const { finalCheckpoint, commits, setup } = master;
  if (finalCheckpoint === undefined) return;
  for (const sink of subtasksWith(setup.job, commitsRows))
    if ((commits.get(sink) ?? 0) < finalCheckpoint) return;
  tellScheduler(master, out, { kind: 'allCommitted' });
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
  if (answer.kind === 'valueRemoved') {
    out.moment('subsumed', checkpoint.id, '', undefined);
    discard(master, out, objectsOf(metadataName(checkpoint.id), checkpoint.handles.values()));
  } else if (answer.kind !== 'unavailable') out.exit('the pointers are not ours: ' + answer.kind);
  else if (tries + 1 < master.setup.configuration.requestAttempts)
    subsume(master, out, checkpoint, tries + 1); // else the next reading of the pointers finds it
  continueRestore(master, out);
}

function discard(master: JobMaster, out: Out, names: readonly string[]): void {
  for (const name of names) {
    const body = { kind: 'deleteObject', subject: 0, about: named(name), name };
    ask(master.store, out, body, { kind: 'discard' }, patient(master));
  }
}

type Notice = Extract<
  ToTaskManager['kind'],
  'triggerCheckpoint' | 'notifyCheckpointComplete' | 'notifyCheckpointAborted'
>;

function tellAll(master: JobMaster, out: Out, kind: Notice, id: number, attempt: number): void {
  for (const subtask of master.scheduler.executions.keys())
    tellTask(master, out, subtask, kind, id, attempt);
}

function tellTask(
  master: JobMaster,
  out: Out,
  subtask: string,
  kind: Notice,
  subject: number,
  attempt: number,
): void {
  const manager = master.scheduler.executions.get(subtask)?.manager ?? '';
  const { epoch } = master;
  tell(master, out, manager, { kind, subject, about: named(subtask), attempt, epoch });
}
