/**
 * A task manager and the object store: snapshots up, by a bounded pool, and state down at a
 * restore. A snapshot is acknowledged only when the store has said that it is durable; one that
 * nobody will acknowledge is removed, as far as that goes.
 *
 * Source: Flink 2.x, AsyncCheckpointRunnable.
 */
import type { Out } from '../../kernel/actor.js';
import type { StoreAnswer } from '../../kernel/protocols.js';
import { ask } from '../ask.js';
import { named } from '../protocol.js';
import { taskRestored } from './deploy.js';
import { endTask } from './lifecycle.js';
import { report, type StoreTag, type TaskManager, type Upload } from './manager.js';
import type { Copied } from './checkpoints.js';
import { millisSince } from './measures.js';
import { uploadOver } from './snapshots.js';
import type { Task } from './task.js';

/** Queues a snapshot for the pool. */
export function startUpload(manager: TaskManager, out: Out, task: Task, copied: Copied): void {
  const name = 'chk-' + String(copied.checkpoint) + '/' + task.name + '-' + String(task.attempt);
  manager.uploads.push({ ...copied, task, name, tries: 0, cancelled: false });
  serve(manager, out);
}

/**
 * Forgets the upload of a checkpoint that was aborted; what is under way is not acknowledged. What
 * is known of it is told; how much it stores and how long that takes is not.
 */
export function cancelUpload(manager: TaskManager, out: Out, task: Task, checkpoint: number): void {
  for (const upload of [...manager.uploads, ...manager.uploading]) {
    if (upload.task !== task || upload.checkpoint !== checkpoint || upload.cancelled) continue;
    upload.cancelled = true;
    report(manager, out, {
      kind: 'checkpointMetricsReported',
      subject: checkpoint,
      about: task.entity,
      attempt: task.attempt,
      metrics: { ...upload.metrics, bytesPersisted: -1, asyncMillis: -1 },
    });
  }
}

function serve(manager: TaskManager, out: Out): void {
  while (manager.uploading.size < manager.setup.configuration.ioPoolSize) {
    const upload = manager.uploads.shift();
    if (upload === undefined) return;
    if (!isWanted(upload)) {
      finish(manager, upload);
      continue;
    }
    manager.uploading.add(upload);
    put(manager, out, upload);
  }
}

function isWanted({ cancelled, task }: Upload): boolean {
  return !cancelled && task.phase !== 'over';
}

function put(manager: TaskManager, out: Out, upload: Upload): void {
  const { task, checkpoint, name, words } = upload;
  const body = {
    kind: 'putObject',
    subject: checkpoint,
    about: task.entity,
    attempt: task.attempt,
    name,
    words,
    weight: words.length * 4,
  };
  ask(manager.store, out, body, { kind: 'upload', upload }, policyOf(manager));
}

/** Asks for the state that a deployed task restores: its own, and what its unions are made of. */
export function fetchState(manager: TaskManager, out: Out, task: Task): void {
  const { handle, unions } = task.deployment;
  const names = new Set([handle, ...unions].map((each) => each?.name ?? ''));
  task.fetching = names.size;
  for (const name of names) fetchObject(manager, out, task, name, 0);
}

function fetchObject(
  manager: TaskManager,
  out: Out,
  task: Task,
  name: string,
  tries: number,
): void {
  const body = {
    kind: 'getObject',
    subject: task.deployment.checkpoint,
    about: task.entity,
    attempt: task.attempt,
    name,
  };
  ask(manager.store, out, body, { kind: 'restore', task, name, tries }, policyOf(manager));
}

function policyOf(manager: TaskManager): { timeoutMicros: number; attempts: number } {
  const { requestTimeoutMicros, requestAttempts } = manager.setup.configuration;
  return { timeoutMicros: requestTimeoutMicros, attempts: requestAttempts };
}

/** The store answered, or did not. */
export function storeAnswered(
  manager: TaskManager,
  out: Out,
  tag: StoreTag,
  answer: StoreAnswer | undefined,
): void {
  switch (tag.kind) {
    case 'upload':
      return uploadAnswered(manager, out, tag.upload, answer);
    case 'restore':
      return stateAnswered(manager, out, tag, answer);
    case 'discard':
      return;
  }
}

function uploadAnswered(
  manager: TaskManager,
  out: Out,
  upload: Upload,
  answer: StoreAnswer | undefined,
): void {
  upload.tries += 1;
  const refused = answer?.kind === 'unavailable';
  const isLeft = upload.tries < manager.setup.configuration.requestAttempts;
  if (refused && isLeft && isWanted(upload)) {
    put(manager, out, upload);
    return;
  }
  manager.uploading.delete(upload);
  if (answer?.kind === 'objectPut' && isWanted(upload)) acknowledge(manager, out, upload);
  else giveUp(manager, out, upload);
  finish(manager, upload);
  serve(manager, out);
}

/** Nobody else will hear of the object. It may be there even where the store has not said so. */
function giveUp(manager: TaskManager, out: Out, upload: Upload): void {
  const { task, checkpoint, name } = upload;
  const body = { kind: 'deleteObject', subject: checkpoint, about: task.entity, name };
  ask(manager.store, out, body, { kind: 'discard' }, policyOf(manager));
  if (!isWanted(upload)) return;
  report(manager, out, {
    kind: 'checkpointDeclined',
    subject: checkpoint,
    about: task.entity,
    attempt: task.attempt,
    reason: 'CHECKPOINT_ASYNC_EXCEPTION',
  });
}

function finish({ env }: TaskManager, { task }: Upload): void {
  if (env !== undefined && task.phase !== 'over') uploadOver(task, env);
}

/** The snapshot is durable, and the coordinator may count on it. */
function acknowledge(manager: TaskManager, out: Out, upload: Upload): void {
  const { task, checkpoint, name, words, progress, metrics, since } = upload;
  const asyncMillis = millisSince(out, since);
  out.moment('uploaded', checkpoint, task.name, undefined);
  report(manager, out, {
    kind: 'checkpointAcknowledged',
    subject: checkpoint,
    about: named(task.name),
    attempt: task.attempt,
    part: { handle: { name, words: words.length }, progress },
    metrics: { ...metrics, asyncMillis },
  });
}

function stateAnswered(
  manager: TaskManager,
  out: Out,
  { task, name, tries }: Extract<StoreTag, { kind: 'restore' }>,
  answer: StoreAnswer | undefined,
): void {
  const { env } = manager;
  if (env === undefined || task.phase !== 'restoring') return;
  if (answer?.kind === 'unavailable' && tries + 1 < manager.setup.configuration.requestAttempts) {
    fetchObject(manager, out, task, name, tries + 1);
    return;
  }
  if (answer?.kind !== 'objectGot') {
    endTask(task, env, 'FAILED', 'its state cannot be fetched');
    return;
  }
  task.fetched.set(name, answer.words);
  task.fetching -= 1;
  if (task.fetching === 0) taskRestored(task, env, task.fetched);
}
