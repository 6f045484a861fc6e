/**
 * Goal: a chain of operators does what its functions say, whatever its tasks and sinks are: every
 * sink of the word count has each row once, without faults and under them.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { detailOf, type Entry } from '../../../src/history/entry.js';
import { recorder } from '../../../src/history/recorder.js';
import { readRow } from '../../../src/job/row.js';
import { planOf } from '../../../src/run/plan.js';
import { contextOf, judge, run } from '../../../src/run/run.js';
import { parseScenario, type Scenario } from '../../../src/run/scenario.js';
import { flightRows, flights } from '../../fixtures/flights.js';

const file = new URL('../../../scenarios/word-count.yaml', import.meta.url);
const scenario = parseScenario(readFileSync(file, 'utf8'), 'word-count.yaml');
const data = flights();
const flown = flightRows(data);

/** What each topic must hold in the end, sorted. */
function expected(): Readonly<Record<string, readonly string[]>> {
  const counts = new Map<string, number>();
  const rows = flown.flatMap(([key, , value]) =>
    [key, value, key].map(String).map((word) => {
      counts.set(word, (counts.get(word) ?? 0) + 1);
      return `${word} ${counts.get(word)}`;
    }),
  );
  const raw = flown.map((row) => row.join(' '));
  return { counts: rows.sort(), copies: [...rows].sort(), raw: raw.sort() };
}

/** What each topic shows in the end, sorted. */
function shown(changed: Scenario, entries: readonly Entry[]): Record<string, string[]> {
  const operators = contextOf(planOf(changed, '0'), new Map()).job.vertices.flatMap(
    (vertex) => vertex.operators,
  );
  const topics: Record<string, string[]> = {};
  for (const entry of entries) {
    if (entry.kind !== 'rowsVisible') continue;
    const { words } = detailOf(entry, 'rowsVisible');
    const sink = operators.find(
      ({ operator }) => 'topic' in operator && operator.topic === entry.about,
    );
    const rows = (topics[entry.about] ??= []);
    for (let at = 0; at < words.length; at += 1 + (words[at] ?? 0))
      rows.push(readRow(sink?.output ?? [], words, at + 1).join(' '));
  }
  for (const rows of Object.values(topics)) rows.sort();
  return topics;
}

function ended(changed: Scenario, seed: string): Record<string, string[]> {
  const seen = recorder();
  const { reason } = run(planOf(changed, seed), data, seen);
  expect(reason).toBe('finished');
  return shown(changed, seen.entries);
}

/** What a key group counts its records under. */
const HIDDEN = '\u0000witness';

const wanted = expected();
const calm = { ...scenario, faults: { ...scenario.faults, max: 0 } };

/** The job with settings of all of its operators changed. */
function changedBy(changes: Readonly<Record<string, unknown>>): Scenario {
  if (!('operators' in scenario.job)) throw new Error('the word count is a graph');
  const operators = scenario.job.operators.map((operator) => ({ ...operator, ...changes }));
  const configuration = { ...calm.configuration, 'taskmanager.numberOfTaskSlots': 4 };
  return { ...calm, configuration, job: { ...scenario.job, operators } };
}

test('without faults every sink has every row once', () => {
  expect(ended(calm, '1')).toEqual(wanted);
});

describe('the same rows, however the job is laid out', () => {
  test.each([
    ['each operator in a task of its own', { chaining: 'never' }],
    ['one subtask each', { parallelism: 1 }],
    ['three subtasks each', { parallelism: 3 }],
    ['other slots', { slotSharingGroup: 'other' }],
    ['few key groups', { maxParallelism: 3 }],
    ['functions that take long', { serviceMicros: { min: 400, max: 900 } }],
  ])('%s', (_name, changes) => {
    expect(ended(changedBy(changes), '2')).toEqual(wanted);
  });
});

test('a key may be called like an entry that the engine hides', () => {
  if (!('operators' in calm.job)) throw new Error('the word count is a graph');
  const operators = calm.job.operators.map((operator) =>
    operator.uid === 'lines' ? { ...operator, map: { line: { text: HIDDEN } } } : operator,
  );
  const { counts } = ended({ ...calm, job: { ...calm.job, operators } }, '4');
  expect(counts).toEqual(flown.map((_record, index) => `${HIDDEN} ${index + 1}`).sort());
});

test('a job that is one chain has its checkpoints judged', () => {
  const { job } = changedBy({});
  if (!('operators' in job)) throw new Error('the word count is a graph');
  const operators = job.operators.filter(({ uid }) => uid === 'source' || uid === 'raw');
  const whole = operators.map(({ uid, sink, source }) =>
    uid === 'raw' ? { uid, input: 'source', sink } : { uid, source },
  );
  const laws = ['consistent-cut', 'two-phase-commit', 'progress'] as const;
  const chained: Scenario = { ...calm, laws, job: { ...job, operators: whole } };
  const { verdicts } = judge(planOf(chained, '5'), data);
  expect(verdicts.map(({ outcome, judged }) => [outcome, judged > 0])).toEqual([
    ...[
      ['holds', true],
      ['holds', true],
      ['holds', true],
    ],
  ]);
  expect(ended(chained, '5')).toEqual({ raw: wanted['raw'] });
});

describe('broadcast', () => {
  const { job } = changedBy({});
  if (!('operators' in job)) throw new Error('the word count is a graph');
  const operators = job.operators.map((operator) =>
    operator.uid === 'raw' ? { ...operator, exchange: 'broadcast', parallelism: 3 } : operator,
  ) as typeof job.operators;
  const { configuration } = changedBy({});
  const widened: Scenario = { ...scenario, configuration, job: { ...job, operators } };
  const thrice = wanted['raw']?.flatMap((row) => [row, row, row]);

  test('every subtask gets every row', () => {
    const without = { ...widened, faults: calm.faults };
    expect(ended(without, '3')).toEqual({ ...wanted, raw: thrice });
  });

  test('under faults too', () => {
    for (let seed = 0; seed < 50; seed += 1)
      expect(ended(widened, String(seed)), `seed ${seed}`).toEqual({ ...wanted, raw: thrice });
  });
});

test('under faults too: a hundred seeds', () => {
  for (let seed = 0; seed < 100; seed += 1)
    expect(ended(scenario, String(seed)), `seed ${seed}`).toEqual(wanted);
});
