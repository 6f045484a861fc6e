/**
 * The state of a task manager, and what its tasks may do through it.
 */
import type { ConnectionId, Message, Out, TimerHandle } from '../../kernel/actor.js';
import type { Configuration } from '../../flink/configuration.js';
import {
  subtaskName,
  type ChainedOperator,
  type JobGraph,
  type Operator,
} from '../../job/job-graph.js';
import { ask, clientOf, type Client } from '../ask.js';
import type { ConnectorPort, ConnectorTag } from '../connectors/port.js';
import type { DataMessage, Deployment, ToJobManager, ToProducer } from '../protocol.js';
import { sendToCoordinator } from './events.js';
import type { InputChannel } from './gate.js';
import { sendToConsumer, sendToProducer } from './exchange.js';
import { processorOf, type Processor } from './processor.js';
import type { Copied } from './checkpoints.js';
import { cancelUpload, startUpload } from './storage.js';
import { BATCH_MAX, type Task, type TaskEnv } from './task.js';
import type { OutputChannel } from './writer.js';

export type TaskManagerSetup = Readonly<{
  name: string;
  job: JobGraph;
  configuration: Configuration;
  jobManager: string;
  objectStore: string;
  logBroker: string;
  /** Undefined: the job has no use for it. */
  remote?: string | undefined;
  fileSystem?: string | undefined;
  tableStore?: string | undefined;
  /** Most records put in service at once; 1 works record by record. */
  batchMax?: number;
}>;

/** What the task manager remembers of a connector's request to its service. */
export type LogTag = Readonly<{
  task: string;
  /** Place of the operator in its chain. */
  operator: number;
  attempt: number;
  tag: ConnectorTag;
}>;

/** A snapshot on its way to the store. */
export type Upload = Copied & {
  readonly task: Task;
  readonly name: string;
  tries: number;
  cancelled: boolean;
};

/** What the task manager remembers of a request to the object store. */
export type StoreTag =
  | Readonly<{ kind: 'upload'; upload: Upload }>
  | Readonly<{ kind: 'discard' }>
  | Readonly<{ kind: 'restore'; task: Task; name: string; tries: number }>;

export type TaskManager = {
  readonly setup: TaskManagerSetup;
  env: TaskEnv | undefined;
  readonly control: {
    connection: ConnectionId | undefined;
    /** Newest epoch heard of: what is older is refused. */
    epoch: number;
    accepted: boolean;
    silence: TimerHandle | undefined;
  };
  readonly tasks: Map<string, Task>;
  /** The cores that the tasks share. */
  readonly processor: Processor<Task>;
  readonly inputs: Map<string, { readonly task: Task; readonly channel: InputChannel }>;
  readonly outputs: Map<string, { readonly task: Task; readonly channel: OutputChannel }>;
  /** Connections to producers' task managers, with what waits until they stand. */
  readonly outgoing: Map<string, Outgoing>;
  /** Connections from consumers' task managers. */
  readonly incoming: Map<string, ConnectionId>;
  /** Requests for partitions of tasks that are not deployed yet. */
  readonly requests: Map<string, { readonly from: string; readonly message: ToProducer }>;
  /** Messages between two tasks of this task manager. */
  readonly local: DataMessage[];
  readonly store: Client<StoreTag>;
  readonly log: Client<LogTag>;
  readonly remote: Client<LogTag>;
  readonly files: Client<LogTag>;
  readonly tables: Client<LogTag>;
  /** The last four: what connectors ask. */
  readonly services: readonly Client<LogTag>[];
  /** Events for the coordinators of its tasks. */
  readonly events: Client<Task>;
  /** Snapshots that wait for the I/O pool, and those that its threads are at work on. */
  readonly uploads: Upload[];
  readonly uploading: Set<Upload>;
};

export type Outgoing = {
  readonly connection: ConnectionId;
  established: boolean;
  readonly waiting: ToProducer[];
};

/** A task manager that knows nobody. */
export function managerOf(setup: TaskManagerSetup): TaskManager {
  const log = clientOf<LogTag>(setup.logBroker, 'log');
  const remote = clientOf<LogTag>(setup.remote ?? '', 'remote');
  const files = clientOf<LogTag>(setup.fileSystem ?? '', 'files');
  const tables = clientOf<LogTag>(setup.tableStore ?? '', 'tables');
  return {
    setup,
    env: undefined,
    control: { connection: undefined, epoch: 0, accepted: false, silence: undefined },
    tasks: new Map(),
    processor: processorOf(setup.configuration.coresPerTaskManager),
    inputs: new Map(),
    outputs: new Map(),
    outgoing: new Map(),
    incoming: new Map(),
    requests: new Map(),
    local: [],
    store: clientOf(setup.objectStore, 'store'),
    log,
    remote,
    files,
    tables,
    services: [log, remote, files, tables],
    events: clientOf(setup.jobManager, 'events'),
    uploads: [],
    uploading: new Set(),
  };
}

/** What tasks may do. */
export function envOf(manager: TaskManager, out: Out): TaskEnv {
  return {
    out,
    configuration: manager.setup.configuration,
    processor: manager.processor,
    batchMax: manager.setup.batchMax ?? BATCH_MAX,
    toProducer: (peer, message) => {
      sendToProducer(manager, out, peer, message);
    },
    toConsumer: (peer, message) => {
      sendToConsumer(manager, out, peer, message);
    },
    report: (message) => {
      report(manager, out, message);
    },
    toCoordinator: (task, words) => {
      sendToCoordinator(manager, out, task, words);
    },
    upload: (task, copied) => {
      startUpload(manager, out, task, copied);
    },
    cancelUpload: (task, checkpoint) => {
      cancelUpload(manager, out, task, checkpoint);
    },
    ended: (task) => {
      forget(manager, task);
    },
  };
}

/** Tells the job manager, if there is one. */
export function report(manager: TaskManager, out: Out, message: ToJobManager): void {
  const { connection, accepted } = manager.control;
  if (connection !== undefined && accepted) out.send(connection, message);
}

function forget(manager: TaskManager, task: Task): void {
  if (manager.tasks.get(task.name) !== task) return;
  manager.tasks.delete(task.name);
  for (const channel of task.gate.channels) manager.inputs.delete(channel.entity.name);
  for (const channel of task.writer.channels) manager.outputs.delete(channel.entity.name);
}

/** The service that an operator's connector asks. */
function clientFor({ log, files, tables }: TaskManager, { kind }: Operator): Client<LogTag> {
  if (kind === 'fileSink') return files;
  return kind === 'upsertSink' ? tables : log;
}

/** What the connector of one operator of a task may do. */
export function portOf(
  manager: TaskManager,
  out: Out,
  { subtask: index, attempt }: Deployment,
  task: string,
  declared: ChainedOperator,
  operator: number,
): ConnectorPort {
  const { requestTimeoutMicros, requestAttempts } = manager.setup.configuration;
  const subtask = subtaskName(declared.uid, index);
  const client = clientFor(manager, declared.operator);
  return {
    out,
    subtask,
    attempt,
    triesMax: requestAttempts,
    ask: (body: Message, tag, twice) => {
      const attempts = twice ? requestAttempts : 1;
      const policy = { timeoutMicros: requestTimeoutMicros, attempts };
      ask(client, out, body, { task, operator, attempt, tag }, policy);
    },
    call: (body: Message, tag, timeoutMicros) => {
      ask(
        manager.remote,
        out,
        body,
        { task, operator, attempt, tag },
        { timeoutMicros, attempts: 1 },
      );
    },
  };
}
