/**
 * Finding the point to restore from: by reading the pointers in the registry and the metadata in
 * the store, never from memory. It waits for writes to the registry that are not answered, since
 * each of them may make or remove a pointer.
 */
import type { Out } from '../../kernel/actor.js';
import { invariant } from '../../kernel/invariant.js';
import type { RegistryAnswer, StoreAnswer } from '../../kernel/protocols.js';
import { ask } from '../ask.js';
import { checkpointOfKey, decodeMetadata, metadataName, POINTERS } from '../checkpoint/metadata.js';
import { named } from '../protocol.js';
import { once, patient, type MasterStoreTag } from '../services.js';
import { countRestore } from '../checkpoint/statistics.js';
import { report, tellCoordinator } from './checkpointing.js';
import type { RestorePoint } from '../failover/scheduler.js';
import type { JobMaster, Recovery } from './master.js';
import { tellScheduler } from './scheduling.js';

/** The scheduler wants to know what to restore. */
export function wantRestorePoint(master: JobMaster, out: Out): void {
  master.restoreWaits = true;
  master.recovery = undefined;
  master.readings += 1;
  continueRestore(master, out);
}

/** Begins to read, once nothing is under way that could change the answer. */
export function continueRestore(master: JobMaster, out: Out): void {
  if (!master.restoreWaits || master.removals > 0) return;
  if (master.coordinator.finalizing.length > 0) return;
  master.restoreWaits = false;
  const { attempt } = master.scheduler;
  const body = { kind: 'listValues', subject: attempt, about: named(POINTERS), prefix: POINTERS };
  const reading = master.readings;
  ask(master.registry, out, body, { of: 'jobMaster', kind: 'pointers', reading }, once(master));
}

/** The pointers are known: the metadata of each is read. */
export function pointersAnswered(
  master: JobMaster,
  out: Out,
  reading: number,
  answer: RegistryAnswer,
): void {
  if (!isWanted(master, reading)) return;
  if (answer.kind !== 'valuesListed') {
    restoreFailed(master, out, 'the pointers cannot be read');
    return;
  }
  const ids = answer.values.map(({ key }) => checkpointOfKey(key));
  master.recovery = {
    missing: ids.length,
    completed: [],
    newest: newestOf(ids),
    point: nothing,
  };
  if (ids.length === 0) restored(master, out, master.recovery);
  for (const id of ids) readMetadata(master, out, id, 0);
}

/** Answers to an earlier reading, or to one that a failure overtook, say nothing here. */
function isWanted(master: JobMaster, reading: number): boolean {
  return reading === master.readings && master.scheduler.phase === 'restoring';
}

/** The checkpoint to restore from; 0 when none has completed. */
function newestOf(ids: readonly number[]): number {
  return Math.max(0, ...ids);
}

function readMetadata(master: JobMaster, out: Out, id: number, tries: number): void {
  const { attempt } = master.scheduler;
  const name = metadataName(id);
  const body = { kind: 'getObject', subject: id, about: named('_metadata'), attempt, name };
  const tag = { kind: 'recover', reading: master.readings, id, tries } as const;
  ask(master.store, out, body, tag, patient(master));
}

type RecoverTag = Extract<MasterStoreTag, { kind: 'recover' }>;

/** The metadata of one checkpoint came, or did not. */
export function recoveryAnswered(
  master: JobMaster,
  out: Out,
  { reading, id, tries }: RecoverTag,
  answer: StoreAnswer | undefined,
): void {
  const { recovery } = master;
  if (recovery === undefined || !isWanted(master, reading)) return;
  if (answer?.kind === 'unavailable' && tries + 1 < master.setup.configuration.requestAttempts) {
    readMetadata(master, out, id, tries + 1);
    return;
  }
  const words = answer?.kind === 'objectGot' ? answer.words : undefined;
  const metadata = words && decodeMetadata(words);
  if (metadata === undefined) {
    restoreFailed(master, out, 'the metadata of checkpoint ' + String(id) + ' cannot be read');
    return;
  }
  const handles = [...metadata.parts].map(([name, { handle }]) => [name, handle] as const);
  recovery.completed.push({ id, handles: new Map(handles) });
  if (id === recovery.newest) recovery.point = metadata;
  recovery.missing -= 1;
  if (recovery.missing === 0) restored(master, out, recovery);
}

/** Everything is read: the coordinator knows what is retained, the scheduler what to deploy. */
function restored(master: JobMaster, out: Out, recovery: Recovery): void {
  const completed = recovery.completed.sort((one, other) => one.id - other.id);
  const checkpoint = recovery.newest;
  const { point } = recovery;
  invariant(point.checkpoint === checkpoint, 'the restore point was read', checkpoint);
  master.recovery = undefined;
  out.moment('restoring', checkpoint, '', { attempt: master.scheduler.attempt });
  if (checkpoint !== 0)
    report(master, out, countRestore(master.statistics, checkpoint, out.now()), undefined);
  tellCoordinator(master, out, { kind: 'recovered', completed });
  tellScheduler(master, out, { kind: 'restorePointRead', point });
}

/** What is restored when no checkpoint has completed. */
const nothing: RestorePoint = {
  checkpoint: 0,
  parts: new Map(),
  finished: new Map(),
  coordinators: new Map(),
};

function restoreFailed(master: JobMaster, out: Out, cause: string): void {
  master.recovery = undefined;
  tellScheduler(master, out, { kind: 'jobFailed', cause });
}
