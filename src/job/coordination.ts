/**
 * The operators that have a coordinator in the job manager, and the edges between it and their
 * subtasks: events go down to a subtask and up from it, beside the channels of records. Engine and
 * checkers name the two ends of an edge by the same words.
 */
import { headOf, subtaskName, type JobGraph, type SourceOperator } from './job-graph.js';

/** One subtask and its coordinator. */
export type EventEdge = Readonly<{
  subtask: string;
  /** The end of the edge in the subtask: its reader. */
  reader: string;
  /** The events that the coordinator sends, and those that it hears. */
  down: string;
  up: string;
}>;

/** A source and its coordinator. */
export type Coordination = Readonly<{
  uid: string;
  operator: SourceOperator;
  coordinator: string;
  edges: readonly EventEdge[];
}>;

/** Every coordination of the job. */
export function coordinationsOf(job: JobGraph): Coordination[] {
  return job.vertices.flatMap((vertex) => {
    const { uid, operator } = headOf(vertex);
    if (operator.kind !== 'source') return [];
    const edges = Array.from({ length: vertex.parallelism }, (_, index) =>
      edgeOf(uid, subtaskName(vertex.id, index)),
    );
    return [{ uid, operator, coordinator: coordinatorName(uid), edges }];
  });
}

/** The edge between a subtask and the coordinator of the operator. */
export function edgeOf(uid: string, subtask: string): EventEdge {
  const coordinator = coordinatorName(uid);
  return {
    subtask,
    reader: subtask + '.reader',
    down: coordinator + '->' + subtask,
    up: subtask + '->' + coordinator,
  };
}

function coordinatorName(uid: string): string {
  return uid + '.coordinator';
}
