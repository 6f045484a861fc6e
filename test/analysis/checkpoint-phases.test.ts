/** The phases of checkpoints, on histories written by hand. */
import { expect, test } from 'vitest';

import {
  checkpointKinds,
  closeCheckpoints,
  hearCheckpoint,
  noCheckpoints,
} from '../../src/analysis/checkpoint-phases.js';
import { SAMPLES_MAX } from '../../src/analysis/samples.js';

type Said = readonly [at: number, kind: string, checkpoint: number, about?: string];

function samplesOf(...said: readonly Said[]) {
  const checkpoints = noCheckpoints();
  for (const [at, kind, subject, about = ''] of said) {
    expect(checkpointKinds).toContain(kind);
    const entry = { at, process: 'tm-1', incarnation: 1, kind, subject, about };
    hearCheckpoint(checkpoints, { ...entry, detail: undefined });
  }
  return closeCheckpoints(checkpoints);
}

/** A checkpoint of a source and of a sink with two inputs. */
function one(id: number, from = 0): Said[] {
  const said: Said[] = [
    [10, 'triggered', id],
    [13, 'witnessTaken', id, 'source[0]'],
    [14, 'snapshotTaken', id, 'source[0]'],
    [20, 'barrierReceived', id, 'source[0]->sink[0]'],
    [27, 'barrierReceived', id, 'source[1]->sink[0]'],
    [30, 'witnessTaken', id, 'sink[0]'],
    [32, 'snapshotTaken', id, 'sink[0]'],
    [34, 'uploaded', id, 'source[0]'],
    [41, 'uploaded', id, 'sink[0]'],
    [43, 'lastAcknowledged', id],
    [60, 'stored', id],
  ];
  return said.map(([at, ...rest]) => [at + from, ...rest]);
}

const phases = [10, 7, 5, 20, 33, 17];

test('each phase is the largest of the subtasks; two are of the whole', () => {
  expect(samplesOf(...one(1))).toEqual({ complete: [phases], unfinished: 0, dropped: 0 });
});

test('several may be under way at once', () => {
  const both = [...one(1), ...one(2, 25)].sort(([at], [other]) => at - other);
  expect(samplesOf(...both)).toEqual({ complete: [phases, phases], unfinished: 0, dropped: 0 });
});

test('what is aborted, forgotten by a new leader, or cut off by the end does not count', () => {
  const begun = one(1).slice(0, -1);
  const none = { complete: [], unfinished: 1, dropped: 0 };
  expect(samplesOf(...begun, [55, 'aborted', 1])).toEqual(none);
  expect(samplesOf(...begun, [55, 'leader', 2], [60, 'stored', 1])).toEqual(none);
  expect(samplesOf(...begun)).toEqual(none);
  expect(samplesOf(...begun, [55, 'aborted', 1], ...one(2, 100)).complete).toEqual([phases]);
});

test('a run gives a bounded number of samples and counts the rest', () => {
  const all = Array.from({ length: SAMPLES_MAX + 3 }, (_, index) => one(index + 1, 100 * index));
  const { complete, dropped } = samplesOf(...all.flat());
  expect([complete.length, dropped]).toEqual([SAMPLES_MAX, 3]);
});
