/**
 * How buffers and events move between two tasks: what a producer sends and hears, what a consumer
 * does with what arrives. What belongs to another attempt is not for this one.
 */
import type { ToConsumer, ToProducer } from '../protocol.js';
import {
  creditForBacklog,
  enqueue,
  noteBarrierAt,
  takeFreeBuffer,
  type InputChannel,
} from './gate.js';
import { endTask, finishWhenTaken } from './lifecycle.js';
import type { Task, TaskEnv } from './task.js';
import { backlogOf, takeSendable, type OutputChannel, type Sealed } from './writer.js';

/** Sends what the channel may send now. */
export function sendQueued(env: TaskEnv, channel: OutputChannel): void {
  for (let next = takeSendable(channel); next !== undefined; next = takeSendable(channel))
    if (channel.consumerManager !== undefined)
      env.toConsumer(channel.consumerManager, messageOf(channel, next));
}

function messageOf(channel: OutputChannel, sealed: Sealed): ToConsumer {
  const { entity: about, attempt } = channel;
  switch (sealed.kind) {
    case 'buffer': {
      const subject = channel.sequence;
      channel.sequence += 1;
      const { words } = sealed;
      return { kind: 'buffer', subject, about, attempt, words, backlog: backlogOf(channel) };
    }
    case 'watermark':
      return { kind: 'watermark', subject: sealed.watermark, about, attempt };
    case 'endOfData':
    case 'endOfPartition':
    case 'endOfChannelState':
      return { kind: sealed.kind, subject: -1, about, attempt };
    case 'watermarkStatus':
      return { kind: 'watermarkStatus', subject: -1, about, attempt, idle: sealed.idle };
    case 'barrier': {
      const { id: subject, timestamp, passing } = sealed;
      const overtakes = passing === 'overtakes';
      return { kind: 'barrier', subject, about, attempt, timestamp, overtakes };
    }
    case 'cancelMarker':
      return { kind: 'cancelMarker', subject: sealed.id, about, attempt };
  }
}

/** A consumer says something; true when the task may have room again. */
export function hearConsumer(
  task: Task,
  env: TaskEnv,
  channel: OutputChannel,
  from: string,
  message: ToProducer,
): boolean {
  if (message.attempt !== channel.attempt) return false;
  switch (message.kind) {
    case 'requestPartition':
      channel.consumerManager = from;
      channel.credit = message.credit;
      break;
    case 'addCredit':
      channel.credit += message.credit;
      break;
    case 'resumeConsumption':
      channel.blocked = false;
      break;
  }
  sendQueued(env, channel);
  finishWhenTaken(task, env);
  return task.blocked;
}

/** Something takes its place on an input channel; true when the task has more to do. */
export function hearProducer(
  task: Task,
  env: TaskEnv,
  channel: InputChannel,
  message: ToConsumer,
): boolean {
  if (message.attempt !== channel.attempt) return false;
  const { subject } = message;
  switch (message.kind) {
    case 'buffer':
      return takeBuffer(task, env, channel, message);
    case 'watermark':
      enqueue(task.gate, channel, { kind: 'watermark', watermark: subject });
      return true;
    case 'watermarkStatus':
      enqueue(task.gate, channel, { kind: 'watermarkStatus', idle: message.idle });
      return true;
    case 'endOfData':
    case 'endOfPartition':
    case 'endOfChannelState':
      enqueue(task.gate, channel, { kind: message.kind });
      return true;
    case 'barrier': {
      const { timestamp } = message;
      noteBarrierAt(channel, subject);
      enqueue(task.gate, channel, { kind: 'barrier', id: subject, timestamp });
      return true;
    }
    case 'cancelMarker':
      enqueue(task.gate, channel, { kind: 'cancelMarker', id: subject });
      return true;
  }
}

type Buffer = Extract<ToConsumer, { kind: 'buffer' }>;

/**
 * Each buffer has its number, and a free buffer to go into: a gap means that one was lost between
 * the two tasks, no free buffer that the sender had credit which was never given.
 */
function takeBuffer(task: Task, env: TaskEnv, channel: InputChannel, buffer: Buffer): boolean {
  if (buffer.subject !== channel.expected) {
    endTask(task, env, 'FAILED', 'buffer out of order on ' + channel.entity.name);
    return false;
  }
  channel.expected += 1;
  if (!takeFreeBuffer(channel)) {
    endTask(task, env, 'FAILED', 'no free buffer on ' + channel.entity.name);
    return false;
  }
  const { words, attempt: sender } = buffer;
  enqueue(task.gate, channel, { kind: 'records', words, at: 0, sender, recovered: false });
  const credit = creditForBacklog(task.gate, channel, buffer.backlog);
  if (credit > 0) giveCredit(env, channel, credit);
  return true;
}

/** Gives the producer of a channel credit; each grant has its number on the channel. */
export function giveCredit(env: TaskEnv, channel: InputChannel, credit: number): void {
  const { entity: about, attempt, grants: subject } = channel;
  channel.grants += 1;
  env.toProducer(channel.producerManager, { kind: 'addCredit', subject, about, attempt, credit });
}

/** The producer of a channel may send what stands behind its barrier. */
export function resume(env: TaskEnv, { producerManager, entity, attempt }: InputChannel): void {
  const kind = 'resumeConsumption';
  env.toProducer(producerManager, { kind, subject: -1, about: entity, attempt });
}

/** Asks the producer of a channel for its records. */
export function requestPartition(task: Task, env: TaskEnv, channel: InputChannel): void {
  env.toProducer(channel.producerManager, {
    kind: 'requestPartition',
    subject: 0,
    about: channel.entity,
    attempt: task.attempt,
    credit: env.configuration.buffersPerChannel,
  });
}
