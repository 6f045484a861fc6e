/** Tables of an upsert sink before the laws of delivery: histories that convict and acquit. */
import { describe, expect, test } from 'vitest';

import type { RunEnd } from '../../src/check/verdict.js';
import type { Entry } from '../../src/history/entry.js';
import { channelsOf, type JobGraph, type Operator, type Vertex } from '../../src/job/job-graph.js';
import { blockOf, wordsOfRow, type FieldValue, type RowType } from '../../src/job/row.js';
import { context, entry, judge, pointer, told } from './stage.js';

const totals: RowType = [
  { name: 'key', type: 'string' },
  ...['record', 'count', 'sum', 'max'].map((name) => ({ name, type: 'int' }) as const),
];
const sink: Operator = { kind: 'upsertSink', table: 'out', key: ['key'] };

/** The small job, its sink a table; without its keyed operator the table depends on the input. */
function jobWith(isDerived: boolean): JobGraph {
  const { job } = context;
  const operatorsOf = ({ operators }: Vertex) =>
    operators.map((one) => ({
      ...one,
      operator: sink,
      output: isDerived ? totals : (job.vertices[0]?.operators[0]?.output ?? one.output),
    }));
  const vertices = job.vertices
    .filter(({ id }) => isDerived || id !== 'sum')
    .map((vertex) =>
      vertex.id === 'sink' ? { ...vertex, operators: operatorsOf(vertex) } : vertex,
    );
  const direct = { operator: 0, output: 'main', input: 0 } as const;
  const edge = { from: 'source', to: 'sink', ...direct, exchange: { kind: 'rebalance' } } as const;
  return { ...job, vertices, edges: isDerived ? job.edges : [edge] };
}

function upserted(
  rows: readonly (readonly FieldValue[])[],
  keyOf = (row: readonly FieldValue[]) => [row[0] as FieldValue],
): Entry {
  const words = rows.flatMap((row) => {
    const key = keyOf(row);
    const length = wordsOfRow(key);
    return [
      1 + length + wordsOfRow(row),
      length,
      ...blockOf(key).slice(1),
      ...blockOf(row).slice(1),
    ];
  });
  const detail = { words: Int32Array.from(words), attempt: 1 };
  return entry('valuesUpserted', rows.length, 'out', detail);
}

function verdictOn(
  isDerived: boolean,
  entries: readonly (Entry | Entry[])[],
  reason: RunEnd['reason'] = 'finished',
  law: 'exactly-once' | 'at-least-once' = 'exactly-once',
): string {
  return told(judge(law, entries.flat(), reason, { job: jobWith(isDerived) }));
}

describe('a table that depends on the input alone', () => {
  const [a0, a1, b2] = [
    ['a', 0, 5],
    ['a', 1, -2],
    ['b', 2, 7],
  ] as const;

  test('holds one of the values of each key, whichever is the last', () => {
    expect(verdictOn(false, [upserted([a0, b2]), upserted([a1])])).toBe('holds, 3 judged');
    expect(verdictOn(false, [upserted([a1, b2]), upserted([a0]), upserted([a0])])).toContain(
      'holds',
    );
  });

  test('a value that the job does not give convicts at once, under both laws', () => {
    for (const law of ['exactly-once', 'at-least-once'] as const)
      expect(verdictOn(false, [upserted([a0]), upserted([['a', 1, 3]])], 'failed', law)).toContain(
        'violated, 2 judged, at 1\n(a, 1, 3) is visible in out where the job gives no such value',
      );
  });

  test('and so does one under a key that is not its own', () => {
    expect(verdictOn(false, [upserted([a0], () => [''])])).toMatchInlineSnapshot(`
      "violated, 1 judged, at 0
      (a, 0, 5) is visible in out under a key that is not its own
      about out
      proved by valuesUpserted 1"
    `);
  });

  test('a key without a value convicts at the end of a finished run', () => {
    expect(verdictOn(false, [upserted([a0])])).toContain(
      '1 of 2 rows are not visible in out, the first is (b, 2, 7)',
    );
    expect(verdictOn(false, [upserted([a0])], 'failed')).toBe('holds, 1 judged: partial');
    expect(verdictOn(false, [upserted([a0])], 'budget')).toContain('unknown');
  });
});

describe('a table that is derived from what entered', () => {
  const channels = channelsOf(jobWith(true)).filter(({ to }) => to === 'sum[0]');
  let [count, time] = [0, 0];
  const entered = (split: number, row: readonly FieldValue[], attempt = 1): Entry => {
    const channel = channels[split]?.name ?? '';
    const detail = { channel, count: (count += 1), sender: 1, attempt, words: blockOf(row) };
    return entry('entered', 1, 'sum[0]', { ...detail, now: undefined }, { at: (time += 1) });
  };
  const restoring = (checkpoint: number, attempt: number) =>
    entry('restoring', checkpoint, '', { attempt });
  const snapshot = (checkpoint: number, attempt = 1) =>
    entry('witnessTaken', checkpoint, 'sum[0]', { attempt });
  const [a0, a1, b2] = [
    ['a', 0, 5],
    ['a', 1, -2],
    ['b', 2, 7],
  ] as const;
  const [first, second] = [
    ['a', 0, 1, 5, 5],
    ['a', 1, 2, 3, 5],
  ] as const;
  const ofB = ['b', 2, 1, 7, 7];
  const begun = [restoring(0, 1), entered(0, a0), entered(0, a1), entered(1, b2)];

  test('holds the last value of each key', () => {
    expect(verdictOn(true, [begun, upserted([first]), upserted([second, ofB])])).toContain('holds');
    expect(verdictOn(true, [begun, upserted([second, ofB]), upserted([first])])).toContain(
      '1 of 2 rows are not visible in out, the first is (a, 1, 2, 3, 5)',
    );
  });

  test('values go back after a crash', () => {
    const rolledBack = [begun, upserted([first, second, ofB]), restoring(0, 2)];
    const again = [entered(0, a0, 2), upserted([first]), entered(1, b2, 2), entered(0, a1, 2)];
    expect(verdictOn(true, [rolledBack.flat(), again, upserted([second, ofB])])).toContain('holds');
  });

  // The attempt that was rolled back had the records in another order.
  test('a value of a history that was rolled back is lawful, but not as the last', () => {
    const other = ['a', 1, 1, -2, -2];
    const lost = [restoring(0, 1), entered(0, a1), upserted([other]), restoring(0, 2)];
    const after = [entered(0, a0, 2), entered(0, a1, 2), entered(1, b2, 2)];
    expect(verdictOn(true, [lost, after, upserted([second, ofB])])).toContain('holds');
    expect(verdictOn(true, [lost, after, upserted([ofB])])).toContain(
      'the first is (a, 1, 2, 3, 5)',
    );
    expect(verdictOn(true, [after, upserted([other])], 'failed')).toContain('no such value');
  });

  test('so is one of an attempt that is still at work when the next has begun', () => {
    const other = ['a', 1, 1, -2, -2];
    const lost = [restoring(0, 1), restoring(0, 2), entered(0, a1), upserted([other])];
    const after = [entered(0, a0, 2), entered(0, a1, 2), entered(1, b2, 2)];
    expect(verdictOn(true, [lost, after, upserted([second, ofB])])).toContain('holds');
  });

  test('what goes on from a checkpoint knows what came before it', () => {
    const kept = [restoring(0, 1), entered(0, a0), snapshot(1), pointer(1), entered(0, a1)];
    const after = [restoring(1, 2), entered(0, a1, 2), entered(1, b2, 2)];
    expect(verdictOn(true, [kept, after, upserted([second, ofB])])).toContain('holds');
  });
});
