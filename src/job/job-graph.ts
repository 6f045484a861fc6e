/**
 * The job as declared: vertices with their operators, and the edges between them. Expanded by
 * parallelism it names the subtasks and the channels; the engine builds its execution graph from
 * it, and checkers learn from it which channels a cut must have.
 */
import { invariant } from '../kernel/invariant.js';
import type { Micros } from '../kernel/time.js';
import type { KeyedFunction } from './functions.js';
import type { RowType } from './row.js';

/** Reads the partitions of a topic; partition p belongs to subtask p modulo the parallelism. */
export type SourceOperator = Readonly<{ kind: 'source'; topic: string; partitions: number }>;

/** Applies a function to each record with the state of its key, and emits what it returns. */
export type KeyedOperator = Readonly<{ kind: 'keyed'; keyField: number; function: KeyedFunction }>;

/** Writes rows in transactions that are committed when their checkpoint has completed. */
export type TwoPhaseSink = Readonly<{ kind: 'twoPhaseSink'; topic: string }>;

/** Writes rows that are visible at once: at least once. */
export type PlainSink = Readonly<{ kind: 'plainSink'; topic: string }>;

export type Operator = SourceOperator | KeyedOperator | TwoPhaseSink | PlainSink;

export type Vertex = Readonly<{
  id: string;
  parallelism: number;
  /** Number of key groups. */
  maxParallelism: number;
  operator: Operator;
  /** Type of the rows that it emits; for a sink, of those that it takes. */
  output: RowType;
  /** What a record costs: uniform in min..max. */
  serviceMicrosMin: Micros;
  serviceMicrosMax: Micros;
}>;

/** How records find their subtask: by the key group of a field, or in turn. */
export type Exchange = Readonly<{ kind: 'hash'; field: number }> | Readonly<{ kind: 'rebalance' }>;

export type Edge = Readonly<{ from: string; to: string; exchange: Exchange }>;

/** Vertices stand in topological order. */
export type JobGraph = Readonly<{
  name: string;
  vertices: readonly Vertex[];
  edges: readonly Edge[];
}>;

/** One subtask-to-subtask FIFO; both of its ends call it by this name. */
export type Channel = Readonly<{
  name: string;
  edge: Edge;
  from: string;
  fromSubtask: number;
  to: string;
  toSubtask: number;
}>;

/** Name of a subtask: vertex and index. */
export function subtaskName(vertex: string, index: number): string {
  return vertex + '[' + String(index) + ']';
}

/** The vertex of that id. */
export function vertexOf(job: JobGraph, id: string): Vertex {
  const vertex = job.vertices.find((candidate) => candidate.id === id);
  invariant(vertex !== undefined, 'edges name vertices of the job', id);
  return vertex;
}

/** Every channel of the job, ordered by edge, sender, receiver. */
export function channelsOf(job: JobGraph): Channel[] {
  const channels: Channel[] = [];
  for (const edge of job.edges) {
    const senders = vertexOf(job, edge.from).parallelism;
    const receivers = vertexOf(job, edge.to).parallelism;
    for (let sender = 0; sender < senders; sender += 1)
      for (let receiver = 0; receiver < receivers; receiver += 1)
        channels.push(channelBetween(edge, sender, receiver));
  }
  return channels;
}

function channelBetween(edge: Edge, fromSubtask: number, toSubtask: number): Channel {
  const from = subtaskName(edge.from, fromSubtask);
  const to = subtaskName(edge.to, toSubtask);
  return { name: from + '->' + to, edge, from, fromSubtask, to, toSubtask };
}

/** Names of all subtasks, ordered by vertex and index. */
export function subtasksOf(job: JobGraph): string[] {
  return job.vertices.flatMap((vertex) =>
    Array.from({ length: vertex.parallelism }, (_, index) => subtaskName(vertex.id, index)),
  );
}

/** Slots that the job needs when all its vertices share them. */
export function slotsNeeded(job: JobGraph): number {
  return Math.max(...job.vertices.map((vertex) => vertex.parallelism));
}
