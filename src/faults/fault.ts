/**
 * Faults as values: one misfortune each, at a time or aimed at a moment. A plan holds a list of
 * them; taking one away changes no draw elsewhere.
 */
import type { Micros } from '../kernel/time.js';

/**
 * The moment that a fault waits for: the `occurrence`-th time (from 1) that an entry of this kind
 * is stated, by this process and about this entity where they are named. The fault strikes at the
 * entry itself: what the process meant to do next in the same step does not happen.
 */
export type Aim = Readonly<{
  moment: string;
  occurrence: number;
  process?: string;
  about?: string;
}>;

/**
 * When a fault strikes: at a simulated time, or at its aim, `after` microseconds later (0: within
 * the step).
 */
export type When = Readonly<{ at: Micros }> | Readonly<{ aim: Aim; after: Micros }>;

/** A process loses everything; silent: its peers are not told (the machine is gone). */
export type Crash = Readonly<{
  kind: 'crash';
  process: string;
  silent: boolean;
  restartAfter: Micros;
}>;

/** A process takes no event for a while and goes on with its backlog. */
export type Pause = Readonly<{ kind: 'pause'; process: string; duration: Micros }>;

/** Messages from one group to the other are lost, with their connections; nobody is told. */
export type Partition = Readonly<{
  kind: 'partition';
  from: readonly string[];
  to: readonly string[];
  bothWays: boolean;
  duration: Micros;
}>;

/** Messages from one process to another wait until the clog is over. */
export type Clog = Readonly<{ kind: 'clog'; from: string; to: string; duration: Micros }>;

/** All connections between two processes break, and both learn it. */
export type Break = Readonly<{ kind: 'break'; between: readonly [string, string] }>;

/** Which requests to a service are meant; all, unless told. */
export type SomeRequests = Readonly<{
  /** A regular expression on the name of what a request is about. */
  objects?: string | undefined;
  /** Only those that read, or only those that write. */
  access?: 'read' | 'write' | undefined;
}>;

/** A service (object store, registry, log broker) takes `factor` times as long. */
export type Slow = SomeRequests &
  Readonly<{ kind: 'slow'; process: string; factor: number; duration: Micros }>;

/** A service refuses a share of requests, drawn by the place of each. */
export type Failing = SomeRequests &
  Readonly<{ kind: 'failing'; process: string; perMille: number; duration: Micros }>;

/** A service does a share of the requests, and never answers them. */
export type Unanswered = SomeRequests &
  Readonly<{ kind: 'unanswered'; process: string; perMille: number; duration: Micros }>;

/** A process's clock jumps by so much, for a while. */
export type ClockSkew = Readonly<{
  kind: 'clockSkew';
  process: string;
  by: Micros;
  duration: Micros;
}>;

/** A process's disk takes `factor` times as long. */
export type SlowDisk = Readonly<{
  kind: 'slowDisk';
  process: string;
  factor: number;
  duration: Micros;
}>;

/** A process's disk refuses appends and syncs. */
export type FailingDisk = Readonly<{ kind: 'failingDisk'; process: string; duration: Micros }>;

export type Misfortune =
  | Crash
  | Pause
  | Partition
  | Clog
  | Break
  | Slow
  | Failing
  | Unanswered
  | ClockSkew
  | SlowDisk
  | FailingDisk;

export type FaultKind = Misfortune['kind'];

/** One fault of a plan. */
export type Fault = Readonly<{ when: When; what: Misfortune }>;

/** A kind of fault in words. */
export type FaultMeaning = Readonly<{
  /** What happens. */
  does: string;
  /** Which field says how long. */
  lasts: string;
  /** Which processes the nemesis strikes with it. */
  strikes: string;
  /** How it can be narrowed to some requests, if it can. */
  narrowed?: string;
}>;

const anyService = 'a service: object store, registry, log broker, or one that the job itself uses';

const narrowed =
  '`access`, read or write: only requests that do so; and by `objects`, a regular expression: ' +
  'only requests about a name that it matches, which is that of an object, a key or lease of the ' +
  'registry, a transaction, topic or producer of the log broker, DIRECTORY/NAME of a file, or a ' +
  'table; without both all requests are meant';

const meanings: Readonly<Record<FaultKind, FaultMeaning>> = {
  crash: {
    does:
      'a process loses everything that it has in memory, and starts anew; if it is silent, its ' +
      'peers are not told, as when the machine is gone',
    lasts: 'restartAfter, until the process starts',
    strikes: 'the job manager, a task manager, the log broker; or whoever states a moment',
  },
  pause: {
    does: 'a process takes no event for a while, then goes on with its backlog',
    lasts: 'duration',
    strikes: 'the job manager, a task manager; or whoever states a moment',
  },
  partition: {
    does:
      'messages from the group `from` to the group `to` are lost with their connections, in both ' +
      'directions if bothWays says so, and nobody is told',
    lasts: 'duration',
    strikes: 'a job manager, task manager or service on one side, others on the other side',
  },
  clog: {
    does: 'messages from one process to another wait, and come in order when it is over',
    lasts: 'duration',
    strikes: 'the job manager or a task manager, and another of these or a service',
  },
  break: {
    does: 'all connections between two processes break, and both learn it',
    lasts: 'no time: there is no field',
    strikes: 'the job manager or a task manager, and another of these or a service',
  },
  slow: {
    does: 'a service takes `factor` times as long',
    lasts: 'duration',
    strikes: anyService,
    narrowed,
  },
  failing: {
    does: 'a service refuses a share of the requests, perMille, drawn by the place of each',
    lasts: 'duration',
    strikes: anyService,
    narrowed,
  },
  unanswered: {
    does: 'a service does a share of the requests, perMille, and never answers them',
    lasts: 'duration',
    strikes: 'the object store, the log broker, or a service that the job itself uses',
    narrowed,
  },
  clockSkew: {
    does: "a process's clock jumps by `by`, and back when it is over",
    lasts: 'duration',
    strikes: 'mostly the log broker, else the job manager or a task manager',
  },
  slowDisk: {
    does: "a process's disk takes `factor` times as long",
    lasts: 'duration',
    strikes: 'the log broker',
  },
  failingDisk: {
    does: "a process's disk refuses appends and syncs",
    lasts: 'duration',
    strikes: 'the log broker',
  },
};

/** All kinds, in the order in which reports name them. */
export const faultKinds = Object.keys(meanings) as readonly FaultKind[];

/** A kind in words. */
export function meaningOfFault(kind: FaultKind): FaultMeaning {
  return meanings[kind];
}

/** How long a misfortune lasts; a crash lasts until the restart, a break no time. */
export function durationOf(what: Misfortune): Micros {
  if (what.kind === 'crash') return what.restartAfter;
  return what.kind === 'break' ? 0 : what.duration;
}

/**
 * What the `objects` of a misfortune match.
 *
 * @throws SyntaxError for a text that is no regular expression
 */
export function objectsPattern(objects: string): RegExp {
  return new RegExp(objects, 'u');
}

/** One line about a misfortune, for logs and stories. */
export function describeFault(what: Misfortune): string {
  switch (what.kind) {
    case 'crash':
      return `${what.silent ? 'silent crash' : 'crash'} of ${what.process}`;
    case 'partition': {
      const way = what.bothWays ? '<->' : '->';
      return `partition ${what.from.join(',')} ${way} ${what.to.join(',')}`;
    }
    case 'clog':
      return `clog ${what.from} -> ${what.to}`;
    case 'break':
      return `break ${what.between.join(' - ')}`;
    case 'slow':
      return `slow ${what.process} x${String(what.factor)}${whichOf(what)}`;
    case 'slowDisk':
      return `slowDisk ${what.process} x${String(what.factor)}`;
    case 'failing':
    case 'unanswered':
      return `${what.kind} ${what.process} ${String(what.perMille)} per mille${whichOf(what)}`;
    default:
      return `${what.kind} of ${what.process}`;
  }
}

function whichOf({ objects, access }: SomeRequests): string {
  const what = access === undefined ? '' : `, ${access}s`;
  return objects === undefined ? what : `${what} of "${objects}"`;
}
