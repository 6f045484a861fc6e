/**
 * What is left of a job that is over: the pointers of its checkpoints go, and by its policy their
 * files. They are read from the registry and the store, as a leader before may have begun to remove
 * them. What fails is tried again in another pass, until nothing is left that has to go.
 *
 * First goes the pointer, then what it named: files of which the pointer is gone are known to this
 * job manager alone, and stay if it dies.
 *
 * Source: Flink 2.x, DefaultCompletedCheckpointStore.shutdown, CheckpointResourcesCleanupRunner.
 */
import type { Out } from '../../kernel/actor.js';
import type { RegistryAnswer, StoreAnswer } from '../../kernel/protocols.js';
import { ask } from '../ask.js';
import {
  checkpointOfKey,
  decodeMetadata,
  metadataName,
  pointerKey,
  POINTERS,
} from '../checkpoint/metadata.js';
import { discardsAtEnd } from '../checkpoint/retention.js';
import { timerOf } from '../mail.js';
import { named } from '../protocol.js';
import { LEASE, once, patient, type CleanUpTag, type FileTag } from '../services.js';
import { objectsOf, type JobMaster } from './master.js';

const of = 'jobMaster';

/** How far it is; `open` counts the answers that a pass waits for. */
export type CleanUp = {
  readonly discards: boolean;
  phase: 'waiting' | 'atWork' | 'pausing' | 'over';
  open: number;
  /** Something of this pass could not be done. */
  hasFailed: boolean;
};

/** The job is over, and its result stored. */
export function beginCleanUp(master: JobMaster, out: Out, status: string): void {
  const discards = discardsAtEnd(master.setup.configuration.retention, status);
  master.cleanUp = { discards, phase: 'waiting', open: 0, hasFailed: false };
  continueCleanUp(master, out);
}

/** Begins a pass, once nothing is under way that writes or removes a pointer or its files. */
export function continueCleanUp(master: JobMaster, out: Out): void {
  const { cleanUp, removals, coordinator, storeWork, epoch } = master;
  if (cleanUp?.phase !== 'waiting') return;
  if (removals > 0 || coordinator.finalizing.length > 0 || storeWork > 0) return;
  Object.assign(cleanUp, { phase: 'atWork', open: 1, hasFailed: false });
  const body = { kind: 'listValues', subject: epoch, about: named(POINTERS), prefix: POINTERS };
  ask(master.registry, out, body, { of, kind: 'retained' }, once(master));
}

/** The pause behind a pass that has failed is over. */
export function cleanUpAgain(master: JobMaster, out: Out): void {
  if (master.cleanUp?.phase === 'pausing') master.cleanUp.phase = 'waiting';
  continueCleanUp(master, out);
}

/** The registry answered. */
export function cleanUpAnswered(
  master: JobMaster,
  out: Out,
  tag: CleanUpTag,
  answer: RegistryAnswer,
): void {
  switch (answer.kind) {
    case 'valuesListed':
      for (const { key } of answer.values) begin(master, out, checkpointOfKey(key));
      for (const name of master.leftOver) remove(master, out, name);
      return settle(master, out, true);
    case 'valueRemoved':
      for (const name of tag.kind === 'release' ? tag.names : []) {
        master.leftOver.add(name);
        remove(master, out, name);
      }
      return settle(master, out, true);
    case 'unavailable':
      return settle(master, out, false);
    default:
      out.exit('the pointers are not ours: ' + answer.kind);
  }
}

/** The files of a checkpoint must be known before its pointer goes, unless they stay. */
function begin(master: JobMaster, out: Out, id: number): void {
  const { cleanUp } = master;
  if (cleanUp === undefined) return;
  if (!cleanUp.discards) {
    release(master, out, id, []);
    return;
  }
  cleanUp.open += 1;
  const name = metadataName(id);
  const body = { kind: 'getObject', subject: id, about: named('_metadata'), name };
  ask(master.store, out, body, { kind: 'files', id }, patient(master));
}

function release(master: JobMaster, out: Out, id: number, names: readonly string[]): void {
  const { cleanUp, epoch } = master;
  if (cleanUp === undefined) return;
  cleanUp.open += 1;
  const key = pointerKey(id);
  const body = { kind: 'removeValue', subject: id, about: named(key), key, lease: LEASE, epoch };
  ask(master.registry, out, body, { of, kind: 'release', names }, once(master));
}

function remove(master: JobMaster, out: Out, name: string): void {
  if (master.cleanUp === undefined) return;
  master.cleanUp.open += 1;
  const body = { kind: 'deleteObject', subject: 0, about: named(name), name };
  ask(master.store, out, body, { kind: 'file', name }, patient(master));
}

/** The store answered, or did not. */
export function filesAnswered(
  master: JobMaster,
  out: Out,
  tag: FileTag,
  answer: StoreAnswer | undefined,
): void {
  if (tag.kind === 'file') {
    const isGone = answer?.kind === 'objectGone';
    if (isGone) master.leftOver.delete(tag.name);
    settle(master, out, isGone);
    return;
  }
  if (answer?.kind === 'objectGot') {
    const metadata = answer.words && decodeMetadata(answer.words);
    const handles = [...(metadata?.parts.values() ?? [])].map(({ handle }) => handle);
    release(master, out, tag.id, objectsOf(tag.id, handles));
  }
  settle(master, out, answer?.kind === 'objectGot');
}

/**
 * An answer has come; behind the last one of the pass it is over, or done again: after a pause, or
 * when what came too late for it is removed.
 */
function settle(master: JobMaster, out: Out, isDone: boolean): void {
  const { cleanUp, epoch, setup, storeWork, leftOver } = master;
  if (cleanUp === undefined) return;
  cleanUp.open -= 1;
  cleanUp.hasFailed ||= !isDone;
  if (cleanUp.open > 0) return;
  if (cleanUp.hasFailed) {
    cleanUp.phase = 'pausing';
    const pause = Math.floor(setup.configuration.leaseDurationMicros / 4);
    out.setTimer(pause, timerOf(of, 'cleanUp', epoch));
  } else if (storeWork > 0 || leftOver.size > 0) {
    cleanUp.phase = 'waiting';
    continueCleanUp(master, out);
  } else {
    cleanUp.phase = 'over';
    out.moment('checkpointsCleaned', epoch, '', undefined);
  }
}
