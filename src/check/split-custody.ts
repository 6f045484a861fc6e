/**
 * split-custody: at a completed checkpoint each split that the enumerator knows is in exactly one
 * place: it is still to be dealt out, one reader reads it, or it was read to its end. No reader has
 * one that the enumerator does not know.
 *
 * No TLA+ module states it yet. It is judged from what the world saw, never from a moment of the
 * engine.
 *
 * "Read to its end" is a fact that several may know; the others are possessions. That a split was
 * assigned says nothing of who has it: the enumerator does not keep that.
 *
 * Memory: see `stored-frames`.
 */
import { detailOf, type Entry } from '../history/entry.js';
import { custodyIn, type CustodyFrame } from '../history/custody.js';
import { coordinationsOf, type Coordination } from '../job/coordination.js';
import type { Case } from './case.js';
import { storedCheckpoints, type Fault, type Found } from './stored-frames.js';
import type { Checker, Context, Law } from './verdict.js';

export const splitCustody: Law = {
  name: 'split-custody',
  says: 'in a completed checkpoint each split has one owner, or was read to its end',
  source: 'FLIP-27; Flink 2.x, SplitAssignmentTracker (FLINK-20290, FLINK-37416)',
  invariants: ['I-SPLIT'],
  judgesFrom: {
    'objectWritten, objectDeleted': 'object store: the bytes that exist, the custody in them',
    valueWritten: 'registry: the pointer that completes a checkpoint',
  },
  open,
};

type Custody = readonly Found<CustodyFrame>[];

function open({ job }: Context): Checker {
  const coordinations = coordinationsOf(job);
  return storedCheckpoints('split-custody', custodyOf, (found, name, judged) => {
    for (const coordination of coordinations) {
      const fault = faultOf(found, name, coordination, judged);
      if (fault !== undefined) return fault;
    }
    return undefined;
  });
}

function custodyOf(entry: Entry): CustodyFrame[] {
  return custodyIn(detailOf(entry, 'objectWritten').words);
}

function faultOf(
  found: Custody,
  name: string,
  { coordinator, edges, operator }: Coordination,
  open: Case,
): Fault<CustodyFrame> | undefined {
  const enumerator = found.find(({ frame }) => frame.holder === coordinator);
  const readers = new Set(edges.map(({ reader }) => reader));
  const held = found.filter(({ frame }) => readers.has(frame.holder));
  const known = new Set(enumerator?.frame.splits.map(({ split }) => split));
  const all = new Set([...known, ...held.flatMap(({ frame }) => frame.splits.map(splitOf))]);
  for (const split of all) {
    open.judged += 1;
    const places = placesOf(split, enumerator, held);
    if (places.length === 1 && known.has(split)) continue;
    const at = known.has(split) ? whereText(places) : 'not known to ' + coordinator;
    const label = 'split ' + operator.topic + '/' + String(split);
    const message = [label, 'at', name, 'is', at].join(' ');
    return { message, about: [label, ...places], found: [enumerator, ...held] };
  }
  return undefined;
}

function splitOf({ split }: CustodyFrame['splits'][number]): number {
  return split;
}

/** Who has the split; that it was read to its end counts as one. */
function placesOf(
  split: number,
  enumerator: Found<CustodyFrame> | undefined,
  readers: Custody,
): string[] {
  const places: string[] = [];
  let isFinished = false;
  for (const { frame } of enumerator === undefined ? readers : [enumerator, ...readers])
    for (const { split: other, state } of frame.splits) {
      if (other !== split) continue;
      if (state === 'unassigned' || state === 'held') places.push(frame.holder);
      if (state === 'finished') isFinished = true;
    }
  return isFinished ? [...places, 'finished'] : places;
}

function whereText(places: readonly string[]): string {
  if (places.length === 0) return 'nowhere: assigned, and no reader has it';
  return 'in several places: ' + places.join(' and ');
}
