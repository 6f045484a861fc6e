/**
 * An actor of the job manager driven by hand: what leaves it is kept, and a test says what comes.
 */
import type { Message, Out, Timer } from '../../src/kernel/actor.js';
import { clientOf } from '../../src/engine/ask.js';
import type { MasterMeans } from '../../src/engine/job-master/master.js';
import { mailboxes } from '../../src/engine/mail.js';
import type { JobManagerSetup } from '../../src/engine/services.js';
import { configurationOf } from '../../src/run/configuration.js';
import { jobOf } from '../../src/run/job.js';
import { parseScenario } from '../../src/run/scenario.js';
import { totalsJob } from '../fixtures/flights.js';

const scenario = parseScenario(
  JSON.stringify({
    name: 'by-hand',
    data: { file: 'none', records: 1, splits: 1, shuffleMinutes: 0, recordsPerSecond: 1 },
    job: totalsJob({ source: 2, keyed: 1, sink: 1 }),
    configuration: {
      'execution.checkpointing.interval': '10ms',
      'restart-strategy.type': 'fixed-delay',
      'restart-strategy.fixed-delay.attempts': 2_147_483_647,
    },
    cluster: { taskManagers: 2 },
    costs: { leaseMicros: 4000 },
  }),
  'by-hand.yaml',
);

/** A job of two slots; its lease lasts 4,000 microseconds. */
export const setup: JobManagerSetup = {
  name: 'job-manager-0',
  job: jobOf(scenario),
  configuration: configurationOf(scenario),
  registry: 'registry',
  objectStore: 'object-store',
  logBroker: 'log-broker',
};

/** What of the process an actor may use; nothing is connected. */
export function means(): MasterMeans {
  return {
    setup,
    registry: clientOf('registry', 'registry'),
    store: clientOf('object-store', 'store'),
    lines: new Map(),
    mail: mailboxes(),
  };
}

export type Sent = Message & Readonly<Record<string, unknown>>;

/** A port, and what went through it. */
export function portByHand() {
  const sent: (readonly [connection: number, message: Sent])[] = [];
  const timers = new Map<number, Readonly<{ delay: number; timer: Timer }>>();
  const [moments, exits, closed]: [string[], string[], number[]] = [[], [], []];
  let handles = 0;
  let connections = 100;
  const out = {
    now: () => 0,
    uptime: () => 0,
    connect: () => (connections += 1),
    send: (connection: number, message: Sent) => void sent.push([connection, message]),
    close: (connection: number) => void closed.push(connection),
    setTimer: (delay: number, timer: Timer) => {
      timers.set((handles += 1), { delay, timer });
      return handles;
    },
    cancelTimer: (handle: number) => void timers.delete(handle),
    noise: () => 0,
    moment: (kind: string, subject: number, about: string) =>
      void moments.push(`${kind} ${subject} ${about}`.trim()),
    exit: (reason: string) => void exits.push(reason),
  } as unknown as Out; // the job manager has no disk
  /** Takes the first timer of this kind: it has elapsed. */
  const elapse = (kind: string): Timer | undefined => {
    const found = [...timers].find(([, { timer }]) => timer.kind === kind);
    if (found !== undefined) timers.delete(found[0]);
    return found?.[1].timer;
  };
  return {
    ...{ out, sent, timers, moments, exits, closed, elapse },
    /** Kinds of the timers that are set, with their delays. */
    armed: () => [...timers.values()].map(({ delay, timer }) => `${timer.kind} ${delay}`),
    /** Messages since the last call, each in a line. */
    said: () =>
      sent
        .splice(0)
        .map(([connection, { kind, subject }]) => `${connection}: ${kind} ${String(subject)}`),
  };
}
