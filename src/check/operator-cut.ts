/**
 * operator-cut: events between a coordinator and its subtasks cross no cut. At a completed
 * checkpoint a subtask has received just what its coordinator had sent it: as many events, the
 * same, in the same order. In the other direction the coordinator has received nothing that the
 * subtask had not sent; what it had not received yet is lost with a restore, and readers cope.
 *
 * No TLA+ module states it yet. It is judged from what the world saw, never from a moment of the
 * engine. The witness of a coordinator is that of its state in the metadata, that of a subtask's
 * end of the edge stands in the subtask's snapshot. Both must be there when the pointer is.
 *
 * A subtask that had finished has its witness in the metadata as well; it misses what is sent to it
 * later, and goes on without that where it is restored.
 *
 * Memory: see `stored-frames`; and how many events each such subtask has missed.
 */
import type { Tally, WitnessFrame } from '../history/witness.js';
import { coordinationsOf, type Coordination, type EventEdge } from '../job/coordination.js';
import type { Case } from './case.js';
import { storedCheckpoints, type Fault, type Found } from './stored-frames.js';
import type { Context, Checker, Law } from './verdict.js';
import { witnessesOf } from './witnesses.js';

export const operatorCut: Law = {
  name: 'operator-cut',
  says: 'in a completed checkpoint each subtask has heard just what its coordinator had said',
  source: 'Flink 2.x, OperatorCoordinatorHolder (FLINK-16986, FLINK-21996, FLINK-23233)',
  invariants: ['I-OC'],
  judgesFrom: {
    'objectWritten, objectDeleted': 'object store: the bytes that exist, the witnesses in them',
    valueWritten: 'registry: the pointer that completes a checkpoint',
  },
  open,
};

type Witnesses = readonly Found<WitnessFrame>[];

/** Events that subtasks missed since they had finished. */
type Missed = Map<string, number>;

function open({ job }: Context): Checker {
  const coordinations = coordinationsOf(job);
  const ends = new Set(
    coordinations.flatMap(({ coordinator, edges }) => [
      coordinator,
      ...edges.map(({ reader }) => reader),
    ]),
  );
  const missed: Missed = new Map();
  return storedCheckpoints(
    'operator-cut',
    (entry) => witnessesOf(entry).filter(({ subtask }) => ends.has(subtask)),
    (found, name, judged) => {
      for (const coordination of coordinations) {
        const fault = faultOf(found, name, coordination, judged, missed);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
  );
}

function faultOf(
  found: Witnesses,
  name: string,
  { coordinator, edges }: Coordination,
  open: Case,
  missed: Missed,
): Fault<WitnessFrame> | undefined {
  const said = found.find(({ frame }) => frame.subtask === coordinator);
  for (const edge of edges) {
    const heard = found.find(({ frame }) => frame.subtask === edge.reader);
    open.judged += 1;
    if (said !== undefined && said.entry === heard?.entry)
      noteMissed(missed, edge, said.frame, heard.frame);
    const off = missed.get(edge.subtask) ?? 0;
    const difference = differenceOf(edge, said?.frame, heard?.frame, off);
    if (difference === undefined) continue;
    const message = ['events between', coordinator, 'and', edge.subtask, 'at', name].join(' ');
    return {
      message: message + ': ' + difference,
      about: [coordinator, edge.subtask],
      found: [said, heard],
    };
  }
  return undefined;
}

/** A subtask that has finished hears nothing more. */
function noteMissed(
  missed: Missed,
  { subtask, down }: EventEdge,
  coordinator: WitnessFrame,
  reader: WitnessFrame,
): void {
  const sent = tallyIn(coordinator.outputs, down)?.count ?? 0;
  const received = tallyIn(reader.inputs, down)?.count ?? 0;
  missed.set(subtask, Math.max(0, sent - received));
}

/** How the two ends of an edge differ; undefined when they agree. */
function differenceOf(
  { down, up }: EventEdge,
  coordinator: WitnessFrame | undefined,
  reader: WitnessFrame | undefined,
  missed: number,
): string | undefined {
  const sent = tallyIn(coordinator?.outputs, down);
  const received = tallyIn(reader?.inputs, down);
  const said = tallyIn(reader?.outputs, up);
  const heard = tallyIn(coordinator?.inputs, up);
  if (sent === undefined || heard === undefined) return 'the coordinator has no witness of them';
  if (received === undefined || said === undefined) return 'the subtask has no witness of them';
  if (sent.count !== received.count + missed)
    return 'sent down: ' + String(sent.count) + ', received: ' + String(received.count);
  if (missed === 0 && !isSame(sent, received))
    return 'sent and received: ' + String(sent.count) + ', but not the same in the same order';
  if (heard.count > said.count)
    return 'sent up: ' + String(said.count) + ', received: ' + String(heard.count);
  return undefined;
}

function isSame(one: Tally, other: Tally): boolean {
  return one.high === other.high && one.low === other.low;
}

function tallyIn(tallies: readonly Tally[] | undefined, channel: string): Tally | undefined {
  return tallies?.find((tally) => tally.channel === channel);
}
