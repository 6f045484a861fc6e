/**
 * A task's part in checkpoints: barriers in, barriers out, the synchronous copy, the upload, and
 * the notices. The order inside a task follows Flink's SubtaskCheckpointCoordinator.
 */
import { framesIn, noteBarrier, takeWitness } from '../../history/witness.js';
import { align, type AlignmentEffect, type AlignmentEvent } from '../barrier/aligned.js';
import { commitRows, isCommitting, prepareRows } from '../connectors/sink.js';
import type { DeclineReason } from '../protocol.js';
import { readText, textBlock } from '../../kernel/words.js';
import { joinSections, sectionsOf, SECTIONS_OF_OPERATOR } from '../state/snapshot.js';
import type { Words } from '../../kernel/actor.js';
import type { Micros } from '../../kernel/time.js';
import type { Configuration } from '../../flink/configuration.js';
import type { Element, InputChannel } from './gate.js';
import { endTask, userErrorOf } from './lifecycle.js';
import {
  initialize,
  restoreUnions,
  type OperatorStateInstance,
} from '../operators/operator-state.js';
import { copyOf, restoreOperator } from './operators.js';
import { occupy } from './processor.js';
import { acknowledgeCheckpoint } from './reader.js';
import type { Task, TaskEnv } from './task.js';
import { seal } from './writer.js';
import { sendQueued } from './transfer.js';

/** A barrier or a cancellation marker has reached the front of its channel. */
export function receiveEvent(
  task: Task,
  env: TaskEnv,
  channel: InputChannel,
  element: Extract<Element, { kind: 'barrier' | 'cancelMarker' }>,
): void {
  const { id } = element;
  if (element.kind === 'barrier') {
    env.out.moment('barrierReceived', id, channel.entity.name, { attempt: task.attempt });
    alignWith(task, env, { kind: 'barrierReceived', id, channel: channel.index });
  } else alignWith(task, env, { kind: 'cancelled', id });
}

function alignWith(task: Task, env: TaskEnv, event: AlignmentEvent): void {
  const [after, effects] = align(task.alignment, event);
  task.alignment = after;
  for (const effect of effects) perform(task, env, effect);
}

function perform(task: Task, env: TaskEnv, effect: AlignmentEffect): void {
  switch (effect.kind) {
    case 'startAlignment':
      return env.out.moment('alignmentStarted', effect.id, task.name, undefined);
    case 'takeSnapshot':
      return beginSnapshot(task, env, effect.id);
    case 'giveUp':
      return giveUp(task, env, effect.id, effect.reason);
    case 'resume':
      return resume(task, env, effect.channel);
  }
}

function resume(task: Task, env: TaskEnv, index: number): void {
  const channel = task.gate.channels[index] as InputChannel;
  env.toProducer(channel.producerManager, {
    kind: 'resumeConsumption',
    subject: -1,
    about: channel.entity,
    attempt: channel.attempt,
  });
}

/**
 * An alignment that cannot end: those downstream need not wait for it either. They are told even
 * when the coordinator has aborted the checkpoint, for its notice to them may be late or lost; the
 * coordinator is told unless it knows. Source: Flink, SubtaskCheckpointCoordinatorImpl,
 * abortCheckpointOnBarrier.
 */
function giveUp(task: Task, env: TaskEnv, checkpoint: number, reason: DeclineReason): void {
  env.out.moment('alignmentAborted', checkpoint, task.name, { attempt: task.attempt });
  broadcast(task, env, 'cancelMarker', checkpoint);
  if (checkpoint <= task.abortedCheckpoint) return;
  env.report({
    kind: 'checkpointDeclined',
    subject: checkpoint,
    about: task.entity,
    attempt: task.attempt,
    reason,
  });
}

/** Every barrier is in, or the source was told: the snapshot begins. */
export function beginSnapshot(task: Task, env: TaskEnv, checkpoint: number): void {
  if (checkpoint <= task.lastCheckpoint) return;
  task.lastCheckpoint = checkpoint;
  if (checkpoint <= task.abortedCheckpoint) {
    broadcast(task, env, 'cancelMarker', checkpoint);
    return;
  }
  const { sinks } = task;
  task.snapshot = { checkpoint, unprepared: sinks.length, words: undefined };
  if (sinks.length === 0) {
    copySnapshot(task, env, checkpoint);
    return;
  }
  task.phase = 'preparing';
  const isLast = task.ending === 'ended';
  for (const { instance, port } of sinks)
    if (prepareRows(instance, port, checkpoint, isLast).kind === 'prepared')
      sinkPrepared(task, env, checkpoint);
}

/** What one sink has for the checkpoint is safe; after the last one comes the copy. */
export function sinkPrepared(task: Task, env: TaskEnv, checkpoint: number): void {
  const { snapshot } = task;
  if (snapshot?.checkpoint !== checkpoint) return;
  snapshot.unprepared -= 1;
  if (snapshot.unprepared === 0) copySnapshot(task, env, checkpoint);
}

/** The barrier leaves, then everything is copied; records wait until the copy is done. */
function copySnapshot(task: Task, env: TaskEnv, checkpoint: number): void {
  if (task.snapshot?.checkpoint !== checkpoint) return;
  broadcast(task, env, 'barrier', checkpoint);
  noteBarrier(env.out, task.witness, checkpoint);
  const witness = takeWitness(env.out, task.witness, checkpoint);
  const operators = task.chain.flatMap(({ declared, instance }) => [
    textBlock(declared.uid),
    ...copyOf(instance, checkpoint),
  ]);
  task.snapshot.words = joinSections([witness, ...operators]);
  acknowledgeCheckpoint(task, env, checkpoint);
  task.phase = 'snapshotting';
  const micros = syncMicrosOf(env.configuration, task.snapshot.words);
  occupy(env.processor, task, env.out.workTime(), micros);
}

/** How long a core is busy with the synchronous copy of a snapshot. */
function syncMicrosOf(configuration: Configuration, words: Words): Micros {
  const { snapshotSyncMicros, snapshotSyncMicrosPerKiB } = configuration;
  return snapshotSyncMicros + Math.ceil((words.length * 4 * snapshotSyncMicrosPerKiB) / 1024);
}

/** The synchronous part is over: the upload goes on in the background. */
export function synced(task: Task, env: TaskEnv): void {
  const { snapshot } = task;
  if (task.phase !== 'snapshotting' || snapshot?.words === undefined) return;
  task.phase = 'running';
  task.snapshot = undefined;
  env.out.moment('snapshotTaken', snapshot.checkpoint, task.name, undefined);
  env.upload(task, snapshot.checkpoint, snapshot.words);
}

function broadcast(task: Task, env: TaskEnv, kind: 'barrier' | 'cancelMarker', id: number): void {
  for (const channel of task.writer.channels) {
    seal(channel);
    channel.queue.push({ kind, id });
    sendQueued(env, channel);
  }
}

/** The checkpoint has completed. */
export function completeCheckpoint(task: Task, env: TaskEnv, checkpoint: number): void {
  if (checkpoint <= task.notifiedCheckpoint) return;
  task.notifiedCheckpoint = checkpoint;
  env.out.moment('notified', checkpoint, task.name, undefined);
  for (const [place, { instance, port }] of task.chain.entries())
    if (isCommitting(instance) && commitRows(instance, port, checkpoint).kind === 'committed')
      sinkCommitted(task, env, place, checkpoint);
}

/** What a sink has up to the checkpoint is visible; it is reported when all of them said so. */
export function sinkCommitted(task: Task, env: TaskEnv, place: number, checkpoint: number): void {
  task.committed.set(place, Math.max(checkpoint, task.committed.get(place) ?? 0));
  const isDone = task.chain.every(
    ({ instance }, other) =>
      !isCommitting(instance) || (task.committed.get(other) ?? 0) >= checkpoint,
  );
  if (!isDone) return;
  env.report({
    kind: 'commitsDone',
    subject: checkpoint,
    about: task.entity,
    attempt: task.attempt,
  });
}

/** The checkpoint was aborted: what waits for it here is freed. */
export function abortSnapshot(task: Task, env: TaskEnv, checkpoint: number): void {
  task.abortedCheckpoint = Math.max(task.abortedCheckpoint, checkpoint);
  env.cancelUpload(task, checkpoint);
  if (task.gate.channels.length > 0) alignWith(task, env, { kind: 'cancelled', id: checkpoint });
}

/**
 * Takes the state that a snapshot holds; the task is not running yet.
 *
 * @returns false when the task failed because the bytes are not a snapshot
 */
export function restoreTask(
  task: Task,
  env: TaskEnv,
  objects: ReadonlyMap<string, Words | undefined>,
): boolean {
  const { handle, unions } = task.deployment;
  const words = objects.get(handle?.name ?? '');
  const sections = words === undefined ? undefined : sectionsOf(words);
  const [frame] = sections === undefined ? [] : framesIn(sections[0] as Words);
  const isWhole = sections?.length === 1 + SECTIONS_OF_OPERATOR * task.chain.length;
  if (!isWhole || frame === undefined) {
    endTask(task, env, 'FAILED', 'the snapshot cannot be read');
    return false;
  }
  const { inputs, outputs } = frame;
  task.witness = { subtask: task.name, attempt: task.attempt, inputs, outputs };
  for (let at = 1; at < sections.length; at += SECTIONS_OF_OPERATOR) {
    const uid = readText(sections[at] as Words, 0);
    const link = task.chain.find(({ declared }) => declared.uid === uid);
    if (link === undefined) {
      endTask(
        task,
        env,
        'FAILED',
        'the snapshot has state of an operator that is not here: ' + uid,
      );
      return false;
    }
    restoreOperator(link.instance, sections[at + 1] as Words, sections[at + 2] as Words);
    if (link.instance.kind !== 'operatorState') continue;
    const all = unions.map(({ name }) => operatorStateIn(objects.get(name), uid));
    if (!initializeLists(task, env, link.instance, all)) return false;
  }
  return true;
}

/** The operator state of an operator in a snapshot of its vertex; undefined if it has none. */
function operatorStateIn(words: Words | undefined, uid: string): Words | undefined {
  const sections = words === undefined ? [] : (sectionsOf(words) ?? []);
  for (let at = 1; at < sections.length; at += SECTIONS_OF_OPERATOR)
    if (readText(sections[at] as Words, 0) === uid) return sections[at + 1];
  return undefined;
}

/** Makes the unions whole and lets the function put its lists in order; false if that failed. */
function initializeLists(
  task: Task,
  env: TaskEnv,
  instance: OperatorStateInstance,
  all: readonly (Words | undefined)[],
): boolean {
  if (all.includes(undefined)) {
    endTask(task, env, 'FAILED', 'a snapshot for a union cannot be read');
    return false;
  }
  try {
    if (all.length > 0) restoreUnions(instance, all as readonly Words[]);
    initialize(instance);
    return true;
  } catch (error) {
    endTask(task, env, 'FAILED', userErrorOf(error).message);
    return false;
  }
}
