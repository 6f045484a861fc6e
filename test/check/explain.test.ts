import { expect, test } from 'vitest';

import { explainExactlyOnce } from '../../src/check/explain.js';
import { plainSink, streamExecutionEnvironment } from '../../src/job/data-stream.js';
import { sessionWindow, tumblingWindow } from '../../src/job/windows.js';
import { context } from './stage.js';

const row = { key: 'string', value: 'int', minute: 'int' } as const;
const rows = [
  ['a', 1, 10],
  ['a', 2, 20],
  ['a', 3, 15],
];
const topics = [{ topic: 'in', row: [], rows, splits: [Int32Array.of(0, 1, 2)] }];

function explained(outOfOrderness: string, idleAfter?: string): string {
  const environment = streamExecutionEnvironment('windows');
  const eventTime = { field: 'minute', unit: 'min', outOfOrderness, idleAfter } as const;
  const source = environment.fromSource({ topic: 'in', splits: 1, row, eventTime }).uid('source');
  const keyed = source.keyBy('key');
  source.sinkTo(plainSink('raw'));
  const hours = keyed
    .window(tumblingWindow('1h'))
    .aggregate({ sum: { sum: 'value' } })
    .uid('hours');
  hours.sinkTo(plainSink('hours'));
  hours.keyBy('key').aggregate({ count: 'count' }).uid('runs').sinkTo(plainSink('runs'));
  const newest = { newest: { last: 'value' } } as const;
  keyed.window(sessionWindow('1h')).aggregate(newest).uid('sessions').sinkTo(plainSink('sessions'));
  keyed.countWindow(2).aggregate({ count: 'count' }).uid('pairs').sinkTo(plainSink('pairs'));
  return explainExactlyOnce({ ...context, job: environment.getJobGraph(), topics });
}

test('it says what each sink is judged by, and which condition is in the way', () => {
  expect(explained('5min')).toMatchInlineSnapshot(`
    "raw: depends on the input alone; judged at once, by the result of a batch
    hours: depends on the input alone; judged at once, by the result of a batch
    runs: depends on the order of records; judged at the end, by that
      runs emits a row for each record, as they come
    sessions: depends on the order of records; judged at the end, by that
      sessions combines records in the order in which they come
    pairs: depends on the order of records; judged at the end, by that
      pairs counts records as they come"
  `);
  const late = explained('4min').split('\n').slice(1, 3);
  expect(late).toMatchInlineSnapshot(`
    [
      "hours: depends on which records were late; judged at the end, by the watermarks",
      "  hours may get late records: source has records 5 ticks behind their split, its bound is 4",
    ]
  `);
  expect(explained('1h', '10s')).toContain('source does not wait for a split that is idle');
});
