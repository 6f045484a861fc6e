/**
 * A task's part in checkpoints: barriers in, barriers out, the synchronous copy, the upload, and
 * the notices. The order inside a task follows Flink's SubtaskCheckpointCoordinator.
 */
import { joined, reframed } from '../../history/frames.js';
import { closeWitness, markInput, noteBarrier, takeWitness } from '../../history/witness.js';
import type { BarrierEffect, BarrierEvent } from '../barrier/barrier.js';
import { handleBarrier } from '../barrier/handler.js';
import { commitRows, isCommitting, prepareRows } from '../connectors/sink.js';
import type { DeclineReason, Progress } from '../protocol.js';
import { textBlock } from '../../kernel/words.js';
import { joinSections } from '../state/snapshot.js';
import type { Words } from '../../kernel/actor.js';
import type { Micros } from '../../kernel/time.js';
import type { Configuration } from '../../flink/configuration.js';
import type { Element, InputChannel } from './gate.js';
import { tellAll } from './event-time.js';
import {
  alignmentBegins,
  alignmentEnds,
  millisSince,
  withoutAlignment,
  type Aligned,
} from './measures.js';
import { endTask, finishWhenTaken, isFinishing, userErrorOf } from './lifecycle.js';
import { processSnapshot } from '../operators/process.js';
import { copyOf } from './operators.js';
import { occupy } from './processor.js';
import { acknowledgeCheckpoint } from './reader.js';
import type { Task, TaskEnv } from './task.js';
import { overtake, seal, type OutputChannel, type Sealed } from './writer.js';
import { resume, sendQueued } from './transfer.js';
import { stopStoring, storeInputs, storeOutputs, withChannels, type Storing } from './in-flight.js';

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
    const { timestamp } = element;
    if (env.configuration.checkpointingMode === 'AT_LEAST_ONCE')
      markInput(task.witness, channel.index, id);
    const at = { id, timestamp, channel: channel.index };
    handle(task, env, { kind: 'barrierReceived', ...at, overtakes: false });
  } else handle(task, env, { kind: 'markerReceived', id, channel: channel.index });
}

/** A barrier has come that has overtaken the records on its channel. */
export function overtaken(
  task: Task,
  env: TaskEnv,
  channel: InputChannel,
  id: number,
  timestamp: Micros,
): void {
  env.out.moment('barrierReceived', id, channel.entity.name, { attempt: task.attempt });
  const at = { id, timestamp, channel: channel.index };
  handle(task, env, { kind: 'barrierReceived', ...at, overtakes: true });
}

function handle(task: Task, env: TaskEnv, event: BarrierEvent): void {
  const [after, effects] = handleBarrier(task.barriers, event);
  task.barriers = after;
  for (const effect of effects) perform(task, env, effect);
}

function perform(task: Task, env: TaskEnv, effect: BarrierEffect): void {
  switch (effect.kind) {
    case 'startAlignment':
      task.aligning = [...task.aligning, alignmentBegins(env.out, effect.id, effect.timestamp)];
      return env.out.moment('alignmentStarted', effect.id, task.name, undefined);
    case 'takeSnapshot':
      return beginSnapshot(task, env, effect.id, effect.timestamp);
    case 'giveUp':
      return giveUp(task, env, effect.id, effect.reason);
    case 'resume':
      return resume(env, task.gate.channels[effect.channel] as InputChannel);
    case 'storeInputs':
      return storeInputs(task, effect.id, effect.timestamp);
    case 'inputsStored':
      return inputsStored(task, env, effect.id);
  }
}

/**
 * An alignment that cannot end: those downstream need not wait for it either. They are told even
 * when the coordinator has aborted the checkpoint, for its notice to them may be late or lost; the
 * coordinator is told unless it knows. Source: Flink, SubtaskCheckpointCoordinatorImpl,
 * abortCheckpointOnBarrier.
 */
function giveUp(task: Task, env: TaskEnv, checkpoint: number, reason: DeclineReason): void {
  forgetAlignments(task, (one) => one === checkpoint);
  forgetStored(task, env, checkpoint);
  env.out.moment('alignmentAborted', checkpoint, task.name, { attempt: task.attempt });
  broadcast(task, env, { kind: 'cancelMarker', id: checkpoint });
  if (!task.aborted.has(checkpoint)) decline(task, env, checkpoint, reason);
}

function decline(task: Task, env: TaskEnv, subject: number, reason: DeclineReason): void {
  const { entity: about, attempt } = task;
  env.report({ kind: 'checkpointDeclined', subject, about, attempt, reason });
}

/** The producer of a channel has finished: no barrier comes on it any more. */
export function endChannel(task: Task, env: TaskEnv, channel: InputChannel): void {
  channel.ended = true;
  handle(task, env, { kind: 'channelEnded', channel: channel.index });
  finishWhenCommitted(task, env);
}

/** The coordinator tells a task to begin: a source, or one whose producers have all finished. */
export function triggered(task: Task, env: TaskEnv, id: number, timestamp: Micros): void {
  if (isFinishing(task)) decline(task, env, id, 'CHECKPOINT_DECLINED_TASK_CLOSING');
  else if (task.gate.channels.length === 0) beginSnapshot(task, env, id, timestamp);
  else {
    const { unalignedCheckpoints: overtakes } = env.configuration;
    handle(task, env, { kind: 'triggered', id, timestamp, overtakes });
  }
}

/** Every barrier is in, or the source was told: the snapshot begins. */
function beginSnapshot(task: Task, env: TaskEnv, checkpoint: number, timestamp: Micros): void {
  const isStoring = task.storing?.checkpoint === checkpoint;
  const aligned = isStoring
    ? withoutAlignment(env.out, timestamp)
    : alignedOf(task, env, checkpoint, timestamp);
  if (checkpoint <= task.lastCheckpoint) return;
  task.lastCheckpoint = checkpoint;
  const isAborted = task.aborted.has(checkpoint);
  for (const id of task.aborted) if (id <= checkpoint) task.aborted.delete(id);
  if (isAborted) {
    forgetStored(task, env, checkpoint);
    broadcast(task, env, { kind: 'cancelMarker', id: checkpoint });
    return;
  }
  if (task.ending === 'ended') task.finalCheckpoint ??= checkpoint;
  const { sinks } = task;
  const fresh = { unprepared: sinks.length, copying: 0, words: undefined };
  task.snapshot = { checkpoint, timestamp, aligned, ...fresh };
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

/** What was measured of the alignment, if there was one; that is over, and older ones with it. */
function alignedOf(task: Task, { out }: TaskEnv, checkpoint: number, timestamp: Micros): Aligned {
  const aligning = task.aligning.find((one) => one.checkpoint === checkpoint);
  forgetAlignments(task, (one) => one <= checkpoint);
  return aligning ? alignmentEnds(out, aligning) : withoutAlignment(out, timestamp);
}

function forgetAlignments(task: Task, isOver: (checkpoint: number) => boolean): void {
  task.aligning = task.aligning.filter(({ checkpoint }) => !isOver(checkpoint));
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
  sendBarriers(task, env, checkpoint, task.snapshot.timestamp);
  task.snapshot.copying = env.out.uptime();
  noteBarrier(env.out, task.witness, checkpoint);
  const witness = joined([
    takeWitness(env.out, task.witness, checkpoint),
    reframed(task.carried, checkpoint, task.name),
  ]);
  const micros = tellFunctions(task, env, checkpoint);
  if (micros === undefined) return;
  const operators = task.chain.flatMap(({ declared, instance }) => [
    textBlock(declared.uid),
    ...copyOf(instance, checkpoint),
  ]);
  task.snapshot.words = joinSections([witness, ...operators]);
  acknowledgeCheckpoint(task, env, checkpoint);
  task.phase = 'snapshotting';
  const copying = syncMicrosOf(env.configuration, task.snapshot.words);
  occupy(env.processor, task, env.out.workTime(), micros + copying);
}

/**
 * Code of the user has its say, the last operator first; gives the microseconds that it takes. An
 * error fails the task: it is no decline.
 */
function tellFunctions(task: Task, env: TaskEnv, checkpoint: number): Micros | undefined {
  const { subtask } = task.deployment;
  try {
    let micros = 0;
    for (const { instance } of [...task.chain].reverse())
      if (instance.kind === 'process') micros += processSnapshot(instance, checkpoint, subtask);
    return micros;
  } catch (error) {
    endTask(task, env, 'FAILED', userErrorOf(error).message);
    return undefined;
  }
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
  task.uploads += 1;
  const { checkpoint, words, aligned, copying } = snapshot;
  const metrics = { ...aligned, syncMillis: millisSince(env.out, copying) };
  const since = env.out.uptime();
  env.out.moment('snapshotTaken', checkpoint, task.name, undefined);
  const copied = { checkpoint, words, progress: progressOf(task), metrics, since };
  if (task.storing?.checkpoint !== checkpoint) return env.upload(task, copied);
  task.storing.copied = copied;
  if (task.storing.isWhole) uploadWhole(task, env);
}

/** Every barrier of a checkpoint has come: what it stores of the inputs is whole. */
function inputsStored(task: Task, env: TaskEnv, checkpoint: number): void {
  const { storing } = task;
  if (storing?.checkpoint !== checkpoint) return;
  storing.isWhole = true;
  storing.aligned = alignedOf(task, env, checkpoint, storing.timestamp);
  for (const channel of task.gate.channels) channel.recording = undefined;
  if (storing.copied !== undefined) uploadWhole(task, env);
}

function uploadWhole(task: Task, env: TaskEnv): void {
  const storing = stopStoring(task);
  if (storing?.copied !== undefined) env.upload(task, withChannels(storing.copied, storing));
}

/** A checkpoint is given up, and with it what is stored for it. */
function forgetStored(task: Task, env: TaskEnv, checkpoint: number): void {
  if (task.storing?.checkpoint !== checkpoint) return;
  if (stopStoring(task)?.copied !== undefined) uploadOver(task, env);
}

/** The upload of a snapshot is over, whatever came of it. */
export function uploadOver(task: Task, env: TaskEnv): void {
  task.uploads -= 1;
  closeWhenUploaded(task, env);
}

/** Nothing is worked during a snapshot, so it is as it was when that began. */
function progressOf({ deployment, ending }: Task): Progress {
  if (deployment.finished) return 'idle';
  return ending === 'no' || ending === 'draining' ? 'working' : 'ended';
}

/** The barrier leaves on every output; where it overtakes, what it has overtaken is stored. */
function sendBarriers(task: Task, env: TaskEnv, id: number, timestamp: Micros): void {
  const { checkpointingMode, unalignedCheckpoints } = env.configuration;
  const { outputs } = unalignedCheckpoints ? storeOutputs(task, id, timestamp) : nothingStored;
  const passing = checkpointingMode === 'EXACTLY_ONCE' ? 'blocks' : 'holdsNothing';
  for (const channel of task.writer.channels) {
    const { name } = channel.entity;
    const barrier = { kind: 'barrier', id, timestamp } as const;
    if (channel.mayOvertake) {
      outputs.set(name, overtake(channel, { ...barrier, passing: 'overtakes' }));
      sendQueued(env, channel);
    } else putLast(env, channel, { ...barrier, passing });
  }
}

const nothingStored: Pick<Storing, 'outputs'> = { outputs: new Map() };

function broadcast(task: Task, env: TaskEnv, sealed: Sealed): void {
  for (const channel of task.writer.channels) putLast(env, channel, sealed);
}

function putLast(env: TaskEnv, channel: OutputChannel, sealed: Sealed): void {
  seal(channel);
  channel.queue.push(sealed);
  sendQueued(env, channel);
}

/** The checkpoint has completed. */
export function completeCheckpoint(task: Task, env: TaskEnv, checkpoint: number): void {
  if (checkpoint <= task.notifiedCheckpoint) return;
  task.notifiedCheckpoint = checkpoint;
  env.out.moment('notified', checkpoint, task.name, undefined);
  for (const [place, { instance, port }] of task.chain.entries())
    if (isCommitting(instance) && commitRows(instance, port, checkpoint).kind === 'committed')
      sinkCommitted(task, env, place, checkpoint);
  finishWhenCommitted(task, env);
}

/** What a sink has up to the checkpoint is visible. */
export function sinkCommitted(task: Task, env: TaskEnv, place: number, checkpoint: number): void {
  task.committed.set(place, Math.max(checkpoint, task.committed.get(place) ?? 0));
  finishWhenCommitted(task, env);
}

/**
 * A task at the end of its data finishes when a checkpoint has completed that it took part in
 * behind the end, everything that belongs to it is visible, and its producers have finished
 * (FLIP-147).
 */
function finishWhenCommitted(task: Task, env: TaskEnv): void {
  const { finalCheckpoint, notifiedCheckpoint, committed, chain, gate } = task;
  if (task.ending !== 'ended' || finalCheckpoint === undefined) return;
  if (notifiedCheckpoint < finalCheckpoint) return;
  if (!gate.channels.every(({ ended }) => ended)) return;
  const isDone = chain.every(
    ({ instance }, place) =>
      !isCommitting(instance) || (committed.get(place) ?? 0) >= finalCheckpoint,
  );
  if (!isDone) return;
  task.ending = 'finishing';
  closeWhenUploaded(task, env);
}

/**
 * The checkpoints that a finishing task is in would wait for it in vain if it were gone. Source:
 * Flink, StreamTask.afterInvoke, waitForPendingCheckpoints.
 */
function closeWhenUploaded(task: Task, env: TaskEnv): void {
  if (task.ending !== 'finishing' || task.snapshot !== undefined || task.uploads > 0) return;
  task.ending = 'closed';
  closeWitness(env.out, task.witness);
  tellAll(task, env, { kind: 'endOfPartition' });
  finishWhenTaken(task, env);
}

/**
 * The checkpoint was aborted: what waits for it here is freed. The newest that completed comes
 * first, for the task that has not heard of it (FLINK-21080).
 */
export function abortSnapshot(task: Task, env: TaskEnv, checkpoint: number, latest: number): void {
  completeCheckpoint(task, env, latest);
  if (checkpoint > task.lastCheckpoint) task.aborted.add(checkpoint);
  env.cancelUpload(task, checkpoint);
  if (task.gate.channels.length > 0) handle(task, env, { kind: 'aborted', id: checkpoint });
}
