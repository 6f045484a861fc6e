/**
 * What is on its way over a task's channels: stored with its snapshot where barriers overtake it,
 * and taken first after a restore.
 *
 * A restored task is INITIALIZING until it has taken what it had stored of its inputs; only then
 * it asks its producers for more. These send first what they had stored, then say so, and wait
 * until the task has heard that on every channel. Source: Flink, ChannelStateWriterImpl,
 * ChannelStatePersister, SequentialChannelStateReaderImpl, UpstreamRecoveryTracker.
 */
import { channelsIn, encodeChannel, recordWordsIn } from '../../history/channel-state.js';
import type { ChannelFrame, ChannelSide, InFlight } from '../../history/channel-state.js';
import { joined } from '../../history/frames.js';
import type { Words } from '../../kernel/actor.js';
import type { Micros } from '../../kernel/time.js';
import { joinSections, sectionsOf } from '../state/snapshot.js';
import type { Copied } from './checkpoints.js';
import { enqueue, recovered, storeInFlight } from './gate.js';
import { reportState } from './lifecycle.js';
import type { Aligned } from './measures.js';
import type { Task, TaskEnv } from './task.js';
import { requestPartition, resume, sendQueued } from './transfer.js';

/** What is stored of the channels with the snapshot of a checkpoint. */
export type Storing = {
  readonly checkpoint: number;
  readonly timestamp: Micros;
  /** What stood on the channels, by name; that of an input grows until its barrier has come. */
  readonly inputs: ReadonlyMap<string, readonly InFlight[]>;
  readonly outputs: Map<string, readonly InFlight[]>;
  /** Every barrier has come; and what was measured by then. */
  isWhole: boolean;
  aligned: Aligned | undefined;
  /** The snapshot, if it was taken and waits for the rest of the inputs. */
  copied: Copied | undefined;
};

/** From now on what comes before the barriers of a checkpoint is kept for its snapshot. */
export function storeInputs(task: Task, checkpoint: number, timestamp: Micros): void {
  const { current } = task;
  const inputs = task.gate.channels.map((channel) => {
    const rest = current?.channel === channel ? current.words.slice(current.at) : undefined;
    return [channel.entity.name, storeInFlight(channel, checkpoint, rest)] as const;
  });
  task.storing = storingOf(checkpoint, timestamp, new Map(inputs), false);
}

/** A checkpoint for which no input is stored, as none was overtaken. */
export function storeOutputs(task: Task, checkpoint: number, timestamp: Micros): Storing {
  if (task.storing?.checkpoint !== checkpoint)
    task.storing = storingOf(checkpoint, timestamp, new Map(), true);
  return task.storing;
}

function storingOf(
  checkpoint: number,
  timestamp: Micros,
  inputs: Storing['inputs'],
  isWhole: boolean,
): Storing {
  const nothing = { outputs: new Map(), aligned: undefined, copied: undefined };
  return { checkpoint, timestamp, inputs, isWhole, ...nothing };
}

/** Nothing more is kept; gives what was. */
export function stopStoring(task: Task): Storing | undefined {
  const { storing } = task;
  for (const channel of task.gate.channels) channel.recording = undefined;
  task.storing = undefined;
  return storing;
}

/** The snapshot with what was on its way over the channels. */
export function withChannels(copied: Copied, storing: Storing): Copied {
  const { checkpoint, inputs, outputs, aligned } = storing;
  const frames = [
    ...framesOf('input', checkpoint, inputs),
    ...framesOf('output', checkpoint, outputs),
  ];
  const bytesPersisted = 4 * frames.reduce((sum, { inFlight }) => sum + recordWordsIn(inFlight), 0);
  const metrics = { ...copied.metrics, ...aligned, bytesPersisted };
  if (frames.length === 0) return { ...copied, metrics };
  const sections = [...(sectionsOf(copied.words) ?? []), joined(frames.map(encodeChannel))];
  return { ...copied, words: joinSections(sections), metrics };
}

function framesOf(
  side: ChannelSide,
  checkpoint: number,
  stored: ReadonlyMap<string, readonly InFlight[]>,
): ChannelFrame[] {
  return [...stored].flatMap(([channel, inFlight]) =>
    inFlight.length === 0 ? [] : [{ side, channel, checkpoint, inFlight }],
  );
}

/** What was stored of the channels lies on them again. */
export function restoreChannels(task: Task, stored: Words): void {
  for (const { side, channel: name, inFlight } of channelsIn(stored)) {
    const input = task.gate.channels.find(({ entity }) => entity.name === name);
    const output = task.writer.channels.find(({ entity }) => entity.name === name);
    if (side === 'input' && input !== undefined)
      for (const one of inFlight) enqueue(task.gate, input, recovered(one, task.attempt));
    if (side === 'output')
      for (const one of inFlight)
        output?.queue.push(one.kind === 'records' ? { kind: 'buffer', words: one.words } : one);
  }
}

/** Behind what was restored of its outputs, a task tells that this was all. */
export function endRestoredOutputs(task: Task, env: TaskEnv): void {
  if (!env.configuration.unalignedCheckpoints || task.deployment.checkpoint === 0) return;
  for (const channel of task.writer.channels) {
    channel.queue.push({ kind: 'endOfChannelState' });
    sendQueued(env, channel);
  }
}

/** Everything of its own is taken: the task asks for its partitions and runs. */
export function startRunning(task: Task, env: TaskEnv): void {
  reportState(task, env, 'RUNNING', '');
  for (const channel of task.gate.channels) requestPartition(task, env, channel);
}

/** A producer has sent all that it had restored; when all have, they may go on. */
export function endRecovery(task: Task, env: TaskEnv): void {
  task.recoveredChannels += 1;
  if (task.recoveredChannels < task.gate.channels.length) return;
  for (const channel of task.gate.channels) resume(env, channel);
}
