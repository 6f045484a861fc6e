/**
 * The services that the actors of a job manager ask. The connections belong to the process; what is
 * remembered of a question says which actor asked, and the answer goes to that one.
 */
import type { Out, Words } from '../kernel/actor.js';
import type { Configuration } from '../flink/configuration.js';
import type { Micros } from '../kernel/time.js';
import type { JobGraph } from '../job/job-graph.js';
import { ask, type AskPolicy, type Client } from './ask.js';
import type { Completed } from './checkpoint/coordinator.js';
import type { EndStatus } from './failover/scheduler.js';
import { named } from './protocol.js';

export type JobManagerSetup = Readonly<{
  name: string;
  job: JobGraph;
  configuration: Configuration;
  registry: string;
  objectStore: string;
  logBroker: string;
}>;

/** What the dispatcher remembers of a request to the registry. */
export type DispatcherTag = Readonly<{ of: 'dispatcher' }> &
  (
    | Readonly<{ kind: 'lease' }>
    | Readonly<{ kind: 'renewal' }>
    | Readonly<{ kind: 'inventory' }>
    | Readonly<{ kind: 'jobGraph' }>
    | Readonly<{ kind: 'result'; status: EndStatus }>
  );

/** What the job master remembers of one. */
export type MasterTag = Readonly<{ of: 'jobMaster' }> &
  (
    | Readonly<{ kind: 'counter'; id: number; timestamp: Micros }>
    | Readonly<{ kind: 'pointer'; id: number; tries: number }>
    | Readonly<{ kind: 'pointers'; reading: number }>
    | Readonly<{ kind: 'remove'; checkpoint: Completed; tries: number }>
    | CleanUpTag
  );

/** The same, when the job is over: the pointers, and one that goes before these files. */
export type CleanUpTag =
  Readonly<{ kind: 'retained' }> | Readonly<{ kind: 'release'; names: readonly string[] }>;

export type RegistryTag = DispatcherTag | MasterTag;

/** What is remembered of a request to the object store, which only the job master asks. */
export type MasterStoreTag =
  | Readonly<{ kind: 'location'; id: number; tries: number }>
  | Readonly<{ kind: 'metadata'; id: number; tries: number }>
  | Readonly<{ kind: 'recover'; reading: number; id: number; tries: number }>
  /** Of a checkpoint that is being cleaned, or of none. */
  | Readonly<{ kind: 'discard'; id: number | undefined; name: string }>
  | FileTag;

/** When the job is over: which files a checkpoint has, and one that goes. */
export type FileTag =
  Readonly<{ kind: 'files'; id: number }> | Readonly<{ kind: 'file'; name: string }>;

/** What is remembered of an event for a subtask, and of a question for partitions. */
export type EventTag = Readonly<{ source: string; number: number; subtask: string }>;
export type DiscoveryTag = Readonly<{ source: string; resets: number }>;

/** An actor that asks the registry under the epoch that it was given. */
type Leading = Readonly<{
  setup: JobManagerSetup;
  registry: Client<RegistryTag>;
  epoch: number;
}>;

export const LEASE = 'job-manager';
export const COUNTER = 'checkpoint-id-counter';
export const JOB_GRAPH = 'job-graph';
export const RESULT = 'job-result';

/** How requests are asked that may be done twice. */
export function patient({ setup }: Pick<Leading, 'setup'>): AskPolicy {
  const { requestTimeoutMicros, requestAttempts } = setup.configuration;
  return { timeoutMicros: requestTimeoutMicros, attempts: requestAttempts };
}

/** How requests are asked whose outcome must be known. */
export function once({ setup }: Pick<Leading, 'setup'>): AskPolicy {
  return { timeoutMicros: setup.configuration.requestTimeoutMicros, attempts: 1 };
}

/**
 * Writes a value that only the leader may write.
 *
 * @param expected  version that it must have now; 0: it must not exist
 */
export function writeOwned(
  leading: Leading,
  out: Out,
  key: string,
  words: Words,
  tag: RegistryTag,
  expected: number,
): void {
  const { epoch } = leading;
  const body = {
    kind: 'writeValue',
    subject: 'id' in tag ? tag.id : epoch,
    about: named(key),
    attempt: epoch,
    key,
    words,
    lease: LEASE,
    epoch,
    expected,
  };
  ask(leading.registry, out, body, tag, once(leading));
}
