/**
 * A task manager driven by hand: events go in, and what it says and states is kept. The job is the
 * small one: two sources, two keyed subtasks, a sink.
 */
import type { Event, Message, Out, Timer } from '../../../src/kernel/actor.js';
import { taskManager } from '../../../src/engine/process.js';
import { named } from '../../../src/engine/protocol.js';
import { blockOf } from '../../../src/job/row.js';
import { configurationOf } from '../../../src/run/configuration.js';
import { jobOf } from '../../../src/run/job.js';
import { smallScenario } from '../../fixtures/flights.js';

const scenario = smallScenario();

/** The attempt of all tasks. */
const ATTEMPT = 7;

export type ByHand = Readonly<{
  /** Messages in the order in which they left: kind, subject, entity, reason. */
  sent: string[];
  /** Moments in their order: kind, subject, entity. */
  moments: string[];
  /** Deploys a subtask that needs no state, with its producers on task manager 1. */
  deploy(vertex: string, subtask: number, checkpoint?: number): void;
  /** The job manager says something of a task. */
  tell(kind: string, subject: number, task: string, more?: object): void;
  /** The consumer of a channel asks for it. */
  request(channel: string): void;
  /** The consumer of a channel has taken a barrier and lets the channel go on. */
  resume(channel: string): void;
  /** The object store has done all that it was asked to. */
  store(): void;
  /** Something of a producer arrives. */
  hear(kind: string, subject: number, channel: string, more?: object): void;
  /** Time passes, and timers elapse. */
  pass(micros: number): void;
}>;

/** One record, as a buffer holds it. */
export const record: Int32Array = blockOf(['ABC', 1, 10]);

type Said = Message & Readonly<Record<string, unknown>>;

/** A task manager that is registered. */
export function taskManagerByHand(): ByHand {
  const sent: string[] = [];
  const moments: string[] = [];
  const timers: { at: number; handle: number; timer: Timer }[] = [];
  const connections: string[] = [];
  const asked: (readonly [connection: number, request: unknown])[] = [];
  let now = 0;
  let handles = 0;
  const lineOf = (kind: string, subject: number, about: string) => `${kind} ${subject} ${about}`;
  const out = {
    workTime: () => now,
    uptime: () => now,
    now: () => now,
    noise: () => 0,
    connect: (peer: string) => connections.push(peer) - 1,
    send: (connection: number, message: Message) => {
      const { kind, subject, about } = message;
      const { reason } = message as { reason?: string };
      sent.push([lineOf(kind, subject, about?.name ?? ''), reason].filter(Boolean).join(' '));
      if ('request' in message) asked.push([connection, message.request]);
    },
    setTimer: (delay: number, timer: Timer) => {
      handles += 1;
      timers.push({ at: now + delay, handle: handles, timer });
      return handles;
    },
    cancelTimer: (handle: number) => {
      const index = timers.findIndex((one) => one.handle === handle);
      if (index >= 0) timers.splice(index, 1);
    },
    moment: (kind: string, subject: number, about: string, detail?: unknown) => {
      const { state, cause } = (detail ?? {}) as { state?: string; cause?: string };
      moments.push([lineOf(kind, subject, about), state, cause].filter(Boolean).join(' '));
    },
  } as unknown as Out; // tasks use no other verb
  const program = taskManager({
    ...{ name: 'task-manager-0', jobManager: 'job-manager-0' },
    ...{ objectStore: 'object-store', logBroker: 'log-broker' },
    ...{ job: jobOf(scenario), configuration: configurationOf(scenario) },
  });
  const state = program.boot();
  const give = (event: Event): void => program.step(state, event, out);
  const receive = (connection: number, said: Said): void => {
    const message = { epoch: 1, attempt: ATTEMPT, ...said };
    give({ kind: 'received', connection, message });
  };
  /** The newest connection to or from a peer, once it stands. */
  const connectionTo = (peer: string): number => {
    const known = connections.lastIndexOf(peer);
    return known >= 0 ? known : connections.push(peer) - 1;
  };
  const connected = (peer: string): void =>
    give({ kind: 'connected', connection: connectionTo(peer), peer, channel: 'data' });
  give({ kind: 'started', incarnation: 1 });
  connected('job-manager-0');
  receive(0, { kind: 'taskManagerAccepted', subject: 0 });
  return {
    sent,
    moments,
    deploy: (vertex, subtask, checkpoint = 0) => {
      const producers = new Map(
        ['source[0]', 'source[1]', 'totals[0]', 'totals[1]'].map((name) => [
          name,
          'task-manager-1',
        ]),
      );
      const own = {
        vertex,
        subtask,
        attempt: ATTEMPT,
        checkpoint,
        handle: undefined,
        producers,
      };
      receive(0, { kind: 'deployTask', subject: 0, about: named(vertex), deployment: own });
      connected('task-manager-1');
    },
    tell: (kind, subject, task, more = {}) => {
      receive(0, { kind, subject, about: named(task), ...more });
    },
    request: (channel) => {
      const peer = 'task-manager-2';
      const connection = connectionTo(peer);
      give({ kind: 'accepted', connection, peer, channel: 'data' });
      receive(connection, {
        kind: 'requestPartition',
        subject: 0,
        about: named(channel),
        credit: 2,
      });
    },
    resume: (channel) => {
      const connection = connectionTo('task-manager-2');
      receive(connection, { kind: 'resumeConsumption', subject: -1, about: named(channel) });
    },
    store: () => {
      const peer = 'object-store';
      const connection = connectionTo(peer);
      give({ kind: 'connected', connection, peer, channel: 'store' });
      const own = asked.filter(([to]) => to === connection);
      for (const [, request] of own)
        receive(connection, { kind: 'objectPut', subject: 0, request });
    },
    hear: (kind, subject, channel, more = {}) => {
      receive(connectionTo('task-manager-1'), { kind, subject, about: named(channel), ...more });
    },
    pass: (micros) => {
      const until = now + micros;
      for (;;) {
        timers.sort((one, other) => one.at - other.at || one.handle - other.handle);
        const [first] = timers;
        if (first === undefined || first.at > until) break;
        timers.shift();
        now = first.at;
        give({ kind: 'elapsed', timer: first.timer });
      }
      now = until;
    },
  };
}
