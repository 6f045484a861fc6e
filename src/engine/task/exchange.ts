/**
 * How a task manager carries records and credits: over one connection to each task manager whose
 * producers it consumes from, and within itself.
 */
import type { ConnectionId, Message, Out } from '../../kernel/actor.js';
import type { DataMessage, ToConsumer, ToProducer } from '../protocol.js';
import { endTask } from './lifecycle.js';
import type { TaskManager } from './manager.js';
import { noteBarrierAt } from './gate.js';
import { post, proceed } from './subtask.js';
import type { Task, TaskEnv } from './task.js';
import { hearConsumer, hearProducer } from './transfer.js';

/** To the producer of a channel, on whatever task manager it is. */
export function sendToProducer(
  manager: TaskManager,
  out: Out,
  peer: string,
  message: ToProducer,
): void {
  if (peer === manager.setup.name) {
    manager.local.push(message);
    return;
  }
  let outgoing = manager.outgoing.get(peer);
  if (outgoing === undefined) {
    outgoing = { connection: out.connect(peer, 'data'), established: false, waiting: [] };
    manager.outgoing.set(peer, outgoing);
  }
  if (outgoing.established) out.send(outgoing.connection, message);
  else outgoing.waiting.push(message);
}

/** To the consumer of a channel. */
export function sendToConsumer(
  manager: TaskManager,
  out: Out,
  peer: string,
  message: ToConsumer,
): void {
  if (peer === manager.setup.name) {
    manager.local.push(message);
    return;
  }
  const connection = manager.incoming.get(peer);
  if (connection !== undefined) out.send(connection, message);
}

/** A connection to a producer's task manager stands: what waited leaves. */
export function dataConnected(manager: TaskManager, peer: string, out: Out): void {
  const outgoing = manager.outgoing.get(peer);
  if (outgoing === undefined) return;
  outgoing.established = true;
  for (const message of outgoing.waiting.splice(0)) out.send(outgoing.connection, message);
}

/** A data connection broke: tasks that consume over it have lost records. */
export function dataLost(manager: TaskManager, peer: string, connection: ConnectionId): void {
  if (manager.incoming.get(peer) === connection) manager.incoming.delete(peer);
  if (manager.outgoing.get(peer)?.connection !== connection) return;
  manager.outgoing.delete(peer);
  const { env } = manager;
  if (env === undefined) return;
  for (const task of [...manager.tasks.values()])
    if (task.gate.channels.some((channel) => channel.producerManager === peer && !channel.ended))
      endTask(task, env, 'FAILED', 'lost the connection to ' + peer);
}

/** Something arrives on a data connection. */
export function hearData(manager: TaskManager, connection: ConnectionId, message: Message): void {
  for (const [peer, incoming] of manager.incoming)
    if (incoming === connection) {
      hearFromConsumer(manager, peer, message as ToProducer);
      return;
    }
  hearFromProducer(manager, message as ToConsumer);
}

function hearFromConsumer(manager: TaskManager, peer: string, message: ToProducer): void {
  const known = manager.outputs.get(message.about.name);
  const { env } = manager;
  if (env === undefined) return;
  if (known !== undefined && known.channel.attempt >= message.attempt) {
    if (hearConsumer(known.task, env, known.channel, peer, message)) proceed(known.task, env);
    return;
  }
  if (message.kind === 'requestPartition')
    manager.requests.set(message.about.name, { from: peer, message });
}

/** A task was deployed: consumers that asked before are served. */
export function serveRequests(manager: TaskManager, task: Task, env: TaskEnv): void {
  for (const channel of task.writer.channels) {
    const request = manager.requests.get(channel.entity.name);
    if (request === undefined || request.message.attempt > task.attempt) continue;
    manager.requests.delete(channel.entity.name);
    hearConsumer(task, env, channel, request.from, request.message);
  }
}

function hearFromProducer(manager: TaskManager, message: ToConsumer): void {
  const known = manager.inputs.get(message.about.name);
  const { env } = manager;
  if (known === undefined || env === undefined) return;
  const { task, channel } = known;
  if (message.kind !== 'barrier' || !message.overtakes) {
    if (hearProducer(task, env, channel, message)) proceed(task, env);
  } else if (message.attempt === channel.attempt) {
    const { subject: checkpoint, timestamp } = message;
    noteBarrierAt(channel, checkpoint);
    post(task, env, { kind: 'barrier', channel, checkpoint, timestamp });
  }
}

/** Works what the tasks of this task manager sent each other. */
export function drainLocal(manager: TaskManager): void {
  const { local } = manager;
  if (local.length === 0) return; // most steps; setting the length would cost more than the test
  for (let at = 0; at < local.length; at += 1) {
    const message = local[at] as DataMessage;
    if (isToProducer(message)) hearFromConsumer(manager, manager.setup.name, message);
    else hearFromProducer(manager, message);
  }
  local.length = 0;
}

function isToProducer(message: DataMessage): message is ToProducer {
  return (
    message.kind === 'requestPartition' ||
    message.kind === 'addCredit' ||
    message.kind === 'resumeConsumption'
  );
}
