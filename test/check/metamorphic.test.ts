/** The law metamorphic over histories by hand: a sink behind a source, and what variants showed. */
import { expect, test } from 'vitest';

import { gathering } from '../../src/check/metamorphic.js';
import type { Context, Variant } from '../../src/check/verdict.js';
import { detailOf } from '../../src/history/entry.js';
import type { JobGraph } from '../../src/job/job-graph.js';
import { context, judge, visible } from './stage.js';

type Rows = Parameters<typeof visible>[0];

const [source, , sink] = context.job.vertices as [
  JobGraph['vertices'][number],
  unknown,
  JobGraph['vertices'][number],
];
const edge = { from: 'source', operator: 0, output: 'main', to: 'sink', input: 0 } as const;

/** A job whose output depends on the input alone. */
const job: JobGraph = {
  ...context.job,
  vertices: [source, sink],
  edges: [{ ...edge, exchange: { kind: 'rebalance' } }],
};

const rows: Rows = [
  ['a', 0, 5],
  ['a', 1, -2],
  ['b', 2, 7],
];

function variant(name: string, shown: Rows | undefined): Variant {
  if (shown === undefined) return { name, shown };
  const gathered = gathering(['out']);
  gathered.take('out', detailOf(visible(shown), 'rowsVisible').words);
  return { name, shown: gathered.shown };
}

function judged(variants: readonly Variant[], more: Partial<Context> = {}) {
  return judge('metamorphic', [visible(rows)], 'finished', {
    job,
    variants: () => variants,
    ...more,
  });
}

test('the same rows in another order are the same output', () => {
  const verdict = judged([variant('no chains', rows.toReversed())]);
  expect(verdict).toMatchObject({ outcome: 'holds', judged: 3, note: '' });
});

test('a row that is missing, or there twice, convicts at the end', () => {
  const missing = judged([variant('no chains', rows.slice(1))]);
  expect(missing.violation?.message).toBe(
    'out differs with no chains: 1 rows are not there, 0 others are',
  );
  const twice = judged([variant('larger buffers', [...rows, ['a', 0, 5]])]);
  expect(twice.violation?.message).toBe(
    'out differs with larger buffers: 0 rows are not there, 1 others are',
  );
});

test('a variant that did not finish is named, and judges nothing', () => {
  const verdict = judged([variant('less parallelism', undefined)]);
  expect(verdict).toMatchObject({
    outcome: 'holds',
    judged: 0,
    note: 'did not finish: less parallelism',
  });
});

test('of a job whose output depends on the order of records nothing is judged', () => {
  const verdict = judged([variant('no chains', [])], { job: context.job });
  expect(verdict).toMatchObject({ outcome: 'holds', judged: 0 });
});
