/** Sinks in YAML are the sinks of the API, and a mistake is told with its place. */
import { describe, expect, test } from 'vitest';
import {
  fileSink,
  plainSink,
  streamExecutionEnvironment,
  twoPhaseSink,
  upsertSink,
} from '../../src/job/data-stream.js';
import type { Sink } from '../../src/job/stream-types.js';
import { jobOf } from '../../src/run/job.js';
import { faultKinds } from '../../src/faults/fault.js';
import { planOf } from '../../src/run/plan.js';
import { graphShape, parsed, row } from './declared.js';

const untimed =
  '{ file: none, records: 10, splits: 2, shuffleMinutes: 0, recordsPerSecond: 10, ' +
  'columns: { origin: { string: origin }, record: $record, delay: { int: delay }, ' +
  'minute: { minutes: date } } }';

const jobWith = (sink: string) => `  parallelism: 2
  operators:
    - { uid: source, source: flights }
    - uid: sink
      input: source
      sink: ${sink}
`;

function declared(sink: Sink) {
  const env = streamExecutionEnvironment('declared', { parallelism: 2 });
  env.fromSource({ topic: 'flights', splits: 2, row }).uid('source').sinkTo(sink).uid('sink');
  return graphShape(env.getJobGraph());
}

test.each([
  ['{ kind: two-phase, topic: out }', twoPhaseSink('out')],
  ['{ kind: plain, topic: out }', plainSink('out')],
  ['{ kind: file, directory: out }', fileSink('out')],
  [
    '{ kind: file, directory: out, rollRows: 100, rollOnCheckpoint: true }',
    fileSink('out', { rollRows: 100, rollOnCheckpoint: true }),
  ],
  [
    '{ kind: upsert, table: totals, key: [origin, record] }',
    upsertSink('totals', { key: ['origin', 'record'] }),
  ],
])('%s', (yaml, sink) => {
  expect(graphShape(jobOf(parsed(jobWith(yaml), untimed)))).toEqual(declared(sink));
});

describe('mistakes', () => {
  test.each([
    [
      '{ kind: file, directory: out, rollRows: 0 }',
      'job.operators.1.sink.rollRows: is 0; it must be at least 1',
    ],
    ['{ kind: file, topic: out }', 'job.operators.1.sink'],
    ['{ kind: upsert, table: out, key: [] }', 'job.operators.1.sink.key: needs at least 1 entries'],
    [
      '{ kind: upsert, table: out, key: [where] }',
      'there is no field where; there are origin, record, delay, minute',
    ],
    ['{ kind: upsert, table: out, key: [origin, origin] }', 'origin stands there twice'],
    ['{ kind: upsert, table: flights, key: [origin] }', 'writes flights, which the job reads'],
    [
      '{ kind: bucket, topic: out }',
      'sink.kind: is "bucket"; it must be one of two-phase, plain, file, upsert',
    ],
  ])('%s', (yaml, message) => {
    expect(() => jobOf(parsed(jobWith(yaml), untimed))).toThrow(message);
  });

  test('of an API user without types', () => {
    expect(() => declared(fileSink('out', { rollRows: 1.5 }))).toThrow('rollRows is the number');
    const options = { rollOnCheckpoint: 'yes' as unknown as boolean };
    expect(() => declared(fileSink('out', options))).toThrow('rollOnCheckpoint is true or false');
  });
});

test('faults strike the services of a job that has such sinks, and of no other', () => {
  const struck = (sink: string) => {
    const scenario = parsed(jobWith(sink), untimed);
    const spec = { kinds: faultKinds, max: 9, fromMillis: 0, toMillis: 900 };
    const faults = { ...scenario.faults, ...spec, minMillis: 5, maxMillis: 90 };
    const plans = Array.from({ length: 200 }, (_, seed) =>
      planOf({ ...scenario, faults }, String(seed)),
    );
    const text = JSON.stringify(plans.map((plan) => plan.faults));
    return ['file-system', 'table-store'].filter((name) => text.includes(`"${name}"`));
  };
  expect(struck('{ kind: plain, topic: out }')).toEqual([]);
  expect(struck('{ kind: file, directory: out }')).toEqual(['file-system']);
  expect(struck('{ kind: upsert, table: out, key: [origin] }')).toEqual(['table-store']);
});
