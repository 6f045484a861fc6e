/**
 * Goal: the synchronous part of a snapshot costs a constant and so much for each KiB that it
 * copies, and records wait meanwhile. Method: one run without faults, in which every task has a
 * core; how long each task stood still is held against the bytes that the object store got.
 */
import { expect, test } from 'vitest';
import type { Words } from '../../../src/kernel/actor.js';
import type { Entry } from '../../../src/history/entry.js';
import { planOf } from '../../../src/run/plan.js';
import { run } from '../../../src/run/run.js';
import { flights, smallScenario } from '../../fixtures/flights.js';

type Copy = Readonly<{ task: string; micros: number; bytes: number }>;

/** Every snapshot of a run, in the order in which they were stored. */
function copiesOf(perKiB: number): Copy[] {
  const small = smallScenario();
  const scenario = {
    ...small,
    cluster: { ...small.cluster, coresPerTaskManager: 5 },
    costs: { ...small.costs, snapshotSyncMicros: 700, snapshotSyncMicrosPerKiB: perKiB },
    faults: { ...small.faults, kinds: [], max: 0 },
  };
  const began = new Map<string, number>();
  const micros = new Map<string, number>();
  const copies: Copy[] = [];
  const see = ({ kind, at, subject, about, detail }: Entry): void => {
    const name = `${subject}/${about}`;
    if (kind === 'witnessTaken') began.set(name, at);
    if (kind === 'snapshotTaken') micros.set(name, at - (began.get(name) ?? NaN));
    const [, checkpoint, task] = /^chk-(\d+)\/(.*\])-\d+$/.exec(about) ?? [];
    if (kind !== 'objectWritten' || task === undefined) return;
    const { words } = detail as { words: Words };
    const took = micros.get(`${checkpoint}/${task}`) ?? NaN;
    copies.push({ task, micros: took, bytes: 4 * words.length });
  };
  const sees = ['witnessTaken', 'snapshotTaken', 'objectWritten'];
  run(planOf(scenario, '1'), flights(), { sees, messages: [], see });
  return copies;
}

test('a snapshot takes a constant and so much for each KiB, in whole microseconds', () => {
  const copies = copiesOf(150);
  expect(copies.length).toBeGreaterThan(20);
  for (const { micros, bytes } of copies)
    expect(micros).toBe(700 + Math.ceil((150 * bytes) / 1_024));
});

test('the more state a keyed task has, the longer it stands still', () => {
  const own = copiesOf(150).filter(({ task }) => task === 'totals[0]');
  const [first, last] = [own[0] as Copy, own.at(-1) as Copy];
  expect(last.bytes).toBeGreaterThan(1.5 * first.bytes);
  expect(last.micros - first.micros).toBeGreaterThan(100);
});

test('without a cost for each KiB it takes the same at all sizes', () => {
  expect(new Set(copiesOf(0).map(({ micros }) => micros))).toEqual(new Set([700]));
});
