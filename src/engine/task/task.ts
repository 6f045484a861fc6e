/**
 * A task: one attempt of one subtask, as its task manager holds it. It is a server: a record costs
 * time, and what reaches it meanwhile waits as a mail.
 */
import type { Out, Timer, TimerHandle, Words } from '../../kernel/actor.js';
import type { Entity } from '../../kernel/ids.js';
import type { Configuration } from '../../flink/configuration.js';
import { tallyOf, witnessOf, type Witness } from '../../history/witness.js';
import type { Micros } from '../../kernel/time.js';
import {
  channelsOf,
  inputTypesOf,
  rowTypeOfEdge,
  subtaskName,
  vertexOf,
  type ChainedOperator,
  type Channel,
  type Edge,
  type JobGraph,
  type Vertex,
} from '../../job/job-graph.js';
import { handlerOf, type BarrierHandler } from '../barrier/handler.js';
import type { ConnectorPort } from '../connectors/port.js';
import type { SourceInstance, Split } from '../connectors/split-source.js';
import {
  named,
  type Deployment,
  type TaskState,
  type ToConsumer,
  type ToJobManager,
  type ToProducer,
} from '../protocol.js';
import type { Gate, InputChannel } from './gate.js';
import { checkpointsOf, type Copied, type TaskCheckpoints } from './checkpoints.js';
import { amplifies, callsOf, sinksOf, type AsyncLink, type Link, type SinkLink } from './chain.js';
import { taskTimeOf, type TaskTime, type ValveOutput } from './watermark-valve.js';
import { operatorOf } from './operators.js';
import { idle, type Load, type Processor } from './processor.js';
import { nobody, outputChannel, ownersOf, type OutputEdge, type Writer } from './writer.js';
import { NO_TIME } from '../../job/time-bounds.js';

/** What a task waits for, or does. */
export type TaskPhase =
  | 'restoring' // its state, from the object store
  | 'recovering' // its connector, until it may take records
  | 'running'
  | 'preparing' // its connector, before the synchronous part of a snapshot
  | 'snapshotting' // the synchronous part
  | 'over';

/** How far a task is at the end of its data. */
export type Ending =
  | 'no'
  | 'draining' // nothing more comes in; something waits for answers
  | 'ended' // all is emitted; it waits for a checkpoint behind the end, and for its producers
  | 'finishing' // it begins no other checkpoint, and waits for those that it is in
  | 'closed'; // it has said that nothing more comes

/** What waits for the task's thread. */
export type Mail =
  | Readonly<{ kind: 'trigger'; checkpoint: number; timestamp: Micros }>
  /** A barrier that has overtaken the records on its channel. */
  | Readonly<{ kind: 'barrier'; channel: InputChannel; checkpoint: number; timestamp: Micros }>
  | Readonly<{ kind: 'complete'; checkpoint: number }>
  | Readonly<{ kind: 'abort'; checkpoint: number; latest: number }>
  /** Its coordinator says something. */
  | Readonly<{ kind: 'operatorEvent'; words: Words }>
  /** A source says how far it is; a timer of processing time is due. */
  | Readonly<{ kind: 'tellWatermark' }>
  /** A source reports how far it is to its group. */
  | Readonly<{ kind: 'reportWatermark' }>
  /** The remote service has answered. */
  | Readonly<{ kind: 'results' }>
  | Readonly<{ kind: 'alarm' }>
  | Readonly<{ kind: 'end' }>;

/** The records that are being worked from: a buffer of an input channel, or a block of a split. */
export type Current = {
  readonly words: Words;
  at: number;
  /** Input channel; undefined in a source. */
  readonly channel: InputChannel | undefined;
  readonly sender: number;
  /** It comes from a snapshot, and takes no buffer of its channel. */
  readonly recovered: boolean;
  /** Entity and first number of the records' places, for their service times. */
  readonly place: Entity;
  /** The split of a block. */
  readonly split: Split | undefined;
  number: number;
};

/**
 * Records in service, and how many of them were applied; or timers that are due at a watermark or
 * at a time of the clock: these count as one record.
 */
export type Work = { count: number; applied: number; readonly due: Due | undefined };

/** Timers up to a time: ticks of event time, milliseconds of the clock. */
export type Due = Readonly<{ domain: 'event' | 'processing'; time: number }>;

export type Task = TaskCheckpoints & {
  readonly name: string;
  readonly entity: Entity;
  readonly vertex: Vertex;
  readonly deployment: Deployment;
  readonly attempt: number;
  phase: TaskPhase;
  /** Snapshots that are still to come from the store, and those that came, by name. */
  fetching: number;
  readonly fetched: Map<string, Words | undefined>;
  state: TaskState;
  readonly gate: Gate;
  readonly writer: Writer;
  witness: Witness;
  /** Frames of a task that was deployed as finished, for its snapshots. */
  carried: Words;
  barriers: BarrierHandler;
  /** Its operators; the first takes what comes in. */
  readonly chain: readonly Link[];
  /** The first operator, where that is a source. */
  readonly source: SourceInstance | undefined;
  /** Its asynchronous operators and its sinks: these may have no room. */
  readonly calls: readonly AsyncLink[];
  readonly sinks: readonly SinkLink[];
  readonly amplifies: boolean;
  /** Whether records have times. */
  readonly timed: boolean;
  /** Time and input of the record that is being worked, or time of the row that leaves. */
  time: number;
  input: number;
  readonly eventTime: TaskTime;
  /** Input channels on which all that their senders restored has come. */
  recoveredChannels: number;
  /** Input channels whose data has ended, and whether the task's own has. */
  endedChannels: number;
  ending: Ending;
  /** The first checkpoint whose snapshot was taken behind the end; after it the task may finish. */
  finalCheckpoint: number | undefined;
  /** What it has heard of time that has not taken effect yet, and the watermark that it has. */
  readonly told: ValveOutput[];
  watermark: number;
  /** How often timers were put in service. */
  firings: number;
  /** When the next timer of processing time is due by the clock, as it was armed. */
  alarm: Readonly<{ time: number; handle: TimerHandle }> | undefined;
  /** What a record costs in the whole chain. */
  readonly serviceMicrosMin: Micros;
  readonly serviceMicrosMax: Micros;
  readonly mails: Mail[];
  current: Current | undefined;
  work: Work | undefined;
  /** Microseconds of service up to the end of each record in service. */
  readonly ends: Float64Array;
  /** What the task has on the cores of its task manager: records, or a synchronous copy. */
  readonly load: Load;
  /** Sinks that are not ready to take rows yet. */
  recovering: number;
  /** By sink: the newest checkpoint up to which everything of it is visible. */
  readonly committed: Map<number, number>;
  blocked: boolean;
};

/** A timer of one task. */
export type TaskTimer = Timer & Readonly<{ task: Task }>;

/** What a task may do to the outside. */
export type TaskEnv = Readonly<{
  out: Out;
  configuration: Configuration;
  /** The cores that the tasks of this task manager share. */
  processor: Processor<Task>;
  /** Most records that are put in service at once. */
  batchMax: number;
  toProducer(manager: string, message: ToProducer): void;
  toConsumer(manager: string, message: ToConsumer): void;
  report(message: ToJobManager): void;
  /** Says something to the coordinator of the task's first operator. */
  toCoordinator(task: Task, words: Words): void;
  /** Uploads a snapshot in the background. */
  upload(task: Task, copied: Copied): void;
  /** Forgets an upload that is not done. */
  cancelUpload(task: Task, checkpoint: number): void;
  /** The task is over; its state says how. */
  ended(task: Task): void;
}>;

export const BATCH_MAX = 256;

/** Records that a batch may have: more would fill an output buffer, or a sink's batch, before. */
function batchMaxOf({ recordsPerBuffer, sinkBatchRows }: Configuration): number {
  return Math.min(BATCH_MAX, Math.max(recordsPerBuffer, sinkBatchRows));
}

/** A task that has restored nothing yet. */
export function taskOf(
  job: JobGraph,
  deployment: Deployment,
  configuration: Configuration,
  portOf: (name: string, operator: ChainedOperator, place: number) => ConnectorPort,
): Task {
  const vertex = vertexOf(job, deployment.vertex);
  const { attempt, subtask } = deployment;
  const name = subtaskName(vertex.id, subtask);
  const channels = channelsOf(job);
  const inputs = channels.filter((channel) => channel.to === name);
  const outputs = channels.filter((channel) => channel.from === name);
  const types = inputTypesOf(job, vertex.id);
  const writer = writerOf(job, vertex, outputs, attempt, configuration);
  const operators = deployment.finished ? [] : vertex.operators;
  const chain = operators.map((declared, place): Link => {
    const instance = operatorOf(vertex, declared, types, subtask, attempt);
    const port = portOf(name, declared, place);
    return { declared, instance, port, ...outputsOf(writer, place) };
  });
  return {
    name,
    entity: named(name),
    vertex,
    deployment,
    attempt,
    phase: 'restoring',
    fetching: 0,
    fetched: new Map(),
    state: 'INITIALIZING',
    gate: gateOf(inputs, deployment, configuration),
    writer,
    witness: witnessOf(name, attempt, {
      inputs: inputs.map((channel) => tallyOf(channel.name)),
      outputs: outputs.map((channel) => tallyOf(channel.name)),
    }),
    carried: nothing,
    barriers: handlerOf(configuration.checkpointingMode, inputs.length),
    ...factsOf(chain),
    ...timeOf(job, inputs),
    recoveredChannels: 0,
    endedChannels: 0,
    ending: 'no',
    finalCheckpoint: undefined,
    mails: [],
    current: undefined,
    work: undefined,
    ends: new Float64Array(batchMaxOf(configuration)),
    load: idle(),
    ...checkpointsOf(deployment.checkpoint),
    recovering: 0,
    committed: new Map(),
    blocked: false,
  };
}

const nothing: Words = new Int32Array(0);

type TimeFacts =
  'timed' | 'time' | 'input' | 'eventTime' | 'told' | 'watermark' | 'firings' | 'alarm';

/** A task that knows nothing of time yet. */
function timeOf(job: JobGraph, inputs: readonly Channel[]): Pick<Task, TimeFacts> {
  return {
    timed: job.eventTime !== undefined,
    time: NO_TIME,
    input: 0,
    eventTime: taskTimeOf(channelsByInput(inputs)),
    told: [],
    watermark: NO_TIME,
    firings: 0,
    alarm: undefined,
  };
}

/** The edges of one operator's outputs. */
function outputsOf(
  { edges: all }: Writer,
  place: number,
): Omit<Link, 'declared' | 'instance' | 'port'> {
  const own = all.filter((edge) => edge.operator === place);
  const [edges, lateEdges] = [own.filter(isMain), own.filter((edge) => !isMain(edge))];
  return { edges, lateEdges, emit: undefined, collector: undefined };
}

function isMain({ output }: OutputEdge): boolean {
  return output === 'main';
}

/** How many channels each input has; a source counts as one input without any. */
function channelsByInput(inputs: readonly Channel[]): number[] {
  const counts = [0];
  for (const { edge } of inputs) counts[edge.input] = (counts[edge.input] ?? 0) + 1;
  return counts;
}

type ChainFacts =
  'chain' | 'source' | 'calls' | 'sinks' | 'amplifies' | 'serviceMicrosMin' | 'serviceMicrosMax';

function factsOf(chain: readonly Link[]): Pick<Task, ChainFacts> {
  const head = chain[0]?.instance;
  let serviceMicrosMin = 0;
  let serviceMicrosMax = 0;
  for (const { declared } of chain) {
    serviceMicrosMin += declared.serviceMicrosMin;
    serviceMicrosMax += declared.serviceMicrosMax;
  }
  return {
    chain,
    source: head?.kind === 'source' ? head : undefined,
    calls: callsOf(chain),
    sinks: sinksOf(chain),
    amplifies: amplifies(chain),
    serviceMicrosMin,
    serviceMicrosMax,
  };
}

function gateOf(
  inputs: readonly Channel[],
  deployment: Deployment,
  configuration: Configuration,
): Gate {
  return {
    channels: inputs.map((channel, index) =>
      inputChannel(channel, placeOf(inputs, index), index, deployment, configuration),
    ),
    ready: [],
    floatingFree: configuration.floatingBuffersPerGate,
  };
}

/** Place of a channel among those of its input. */
function placeOf(inputs: readonly Channel[], index: number): number {
  const { input } = (inputs[index] as Channel).edge;
  return inputs.slice(0, index).filter(({ edge }) => edge.input === input).length;
}

function inputChannel(
  { name, from: producer, edge }: Channel,
  place: number,
  index: number,
  deployment: Deployment,
  configuration: Configuration,
): InputChannel {
  return {
    index,
    input: edge.input,
    place,
    entity: named(name),
    attempt: deployment.attempt,
    producer,
    producerManager: deployment.producers.get(producer) ?? '',
    queue: [],
    arrived: 0,
    barrier: { id: 0, place: 0 },
    recording: undefined,
    expected: 0,
    borrowed: 0,
    free: configuration.buffersPerChannel,
    backlog: 0,
    grants: 0,
    waiting: false,
    ended: false,
  };
}

/**
 * Barriers overtake nothing where a channel leads to the one subtask beside, or to all. Source:
 * Flink, ChannelStateRescaler; FORCED_ALIGNED.
 */
function mayOvertake({ exchange }: Edge, { unalignedCheckpoints }: Configuration): boolean {
  return unalignedCheckpoints && exchange.kind !== 'forward' && exchange.kind !== 'broadcast';
}

function writerOf(
  job: JobGraph,
  vertex: Vertex,
  outputs: readonly Channel[],
  attempt: number,
  configuration: Configuration,
): Writer {
  const channels = outputs.map(({ name, edge }, index) =>
    outputChannel(index, named(name), attempt, mayOvertake(edge, configuration)),
  );
  const edges = job.edges
    .filter((edge) => edge.from === vertex.id)
    .map((edge): OutputEdge => {
      const { maxParallelism } = vertexOf(job, edge.to);
      const own = channels.filter((_channel, index) => outputs[index]?.edge === edge);
      const { exchange, operator, output } = edge;
      const type = rowTypeOfEdge(job, edge);
      const owners = exchange.kind === 'hash' ? ownersOf(maxParallelism, own.length) : nobody;
      return { operator, output, exchange, type, maxParallelism, owners, channels: own, turn: 0 };
    });
  return {
    edges,
    channels,
    recordsPerBuffer: configuration.recordsPerBuffer,
    queuedMax: configuration.queuedBuffersPerChannel,
  };
}
