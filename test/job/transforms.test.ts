/** Goal: map, filter, split and the aggregates do to words what they say of rows. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rolling } from '../../src/job/aggregates.js';
import { recordFunction, reduceFunction } from '../../src/job/functions.js';
import { UserFunctionError } from '../../src/job/user-function-error.js';
import { JobError } from '../../src/job/job-error.js';
import { blockOf, readRow, type FieldValue, type RowType } from '../../src/job/row.js';
import { filterBy, mapFields, splitText, type Transform } from '../../src/job/transforms.js';

const row: RowType = [
  { name: 'line', type: 'string' },
  { name: 'delay', type: 'int' },
];
const records = fc.array(fc.tuple(fc.string(), fc.integer({ min: -99, max: 99 })), {
  maxLength: 9,
});

function emitted({ output, function: made }: Transform, fields: readonly FieldValue[]): unknown[] {
  const rows: unknown[] = [];
  const words = blockOf(fields);
  made.apply(words, 1, words.length, (from, start, end) => {
    expect(end).toBeGreaterThanOrEqual(start);
    rows.push(readRow(output, from, start));
  });
  return rows;
}

test('map computes new fields, however long they are', () => {
  const twice = { format: '{line}{line}{line}' };
  const made = mapFields(Object.entries({ twice, late: { add: ['delay', 1] } }), row, 'map');
  expect(made.output.map(({ name, type }) => `${name}: ${type}`)).toEqual([
    ...['twice: string', 'late: int'],
  ]);
  fc.assert(
    fc.property(records, (list) => {
      for (const [line, delay] of list)
        expect(emitted(made, [line, delay])).toEqual([[line + line + line, delay + 1]]);
    }),
  );
});

test('a field of a map cannot be a condition', () => {
  const fields = Object.entries({ late: { less: ['delay', 0] } as const });
  expect(() => mapFields(fields, row, 'm.map')).toThrow('m.map.late: a row holds integers');
});

test('filter keeps the rows for which the condition holds, as they are', () => {
  const made = filterBy({ less: ['delay', 10] }, row, 'filter');
  fc.assert(
    fc.property(records, (list) => {
      for (const fields of list)
        expect(emitted(made, fields)).toEqual(fields[1] < 10 ? [fields] : []);
    }),
  );
});

test('split gives the pieces that are not empty', () => {
  const made = splitText({ split: 'line', by: ' ', as: 'word' }, row, 'split');
  fc.assert(
    fc.property(fc.stringMatching(/^[ab ]*$/), (line) => {
      const words = line.split(' ').filter((word) => word !== '');
      expect(emitted(made, [line, 0])).toEqual(words.map((word) => [word]));
    }),
  );
  const nowhere = { split: 'line', by: '', as: 'word' };
  expect(() => splitText(nowhere, row, 's')).toThrow('s.by: a text is split at a text');
});

test('aggregates follow every record of a key', () => {
  const kept = [
    ['count', 'count'],
    ['sum', { sum: 'delay' }],
    ['least', { min: 'delay' }],
    ['most', { max: 'delay' }],
    ['last', { last: { add: ['delay', 1] } }],
  ] as const;
  const made = rolling('line', kept, row, 'totals');
  fc.assert(
    fc.property(fc.string(), fc.array(fc.integer({ min: -99, max: 99 })), (key, delays) => {
      let state: Int32Array | undefined;
      const emit = { words: new Int32Array(0), length: 0 };
      delays.forEach((delay, index) => {
        const words = blockOf([key, delay]);
        state = made.function.apply(state, words, 1, words.length, emit);
        const seen = delays.slice(0, index + 1);
        const sum = seen.reduce((total, one) => total + one, 0);
        expect(readRow(made.output, emit.words, 0)).toEqual([
          ...[key, seen.length, sum, Math.min(...seen), Math.max(...seen), delay + 1],
        ]);
      });
    }),
  );
});

test('a reduction gives the first record as it is, then what two combine to', () => {
  const made = reduceFunction('reduce', row, (one, other) => ({
    line: other['line'] ?? '',
    delay: Number(one['delay']) + Number(other['delay']),
  }));
  fc.assert(
    fc.property(records, (list) => {
      let state: Int32Array | undefined;
      const emit = { words: new Int32Array(0), length: 0 };
      list.forEach(([line], index) => {
        const words = blockOf(list[index] ?? []);
        state = made.apply(state, words, 1, words.length, emit);
        const sum = list.slice(0, index + 1).reduce((total, [, delay]) => total + delay, 0);
        expect(readRow(row, emit.words, 0)).toEqual([line, sum]);
      });
    }),
  );
});

test('aggregates of fields that are not there, or no integers, or named twice', () => {
  const of = (key: string, kept: Parameters<typeof rolling>[1]) => () =>
    rolling(key, kept, row, 't');
  expect(of('word', [['count', 'count']])).toThrow('t.keyBy: there is no field word');
  expect(of('line', [['sum', { sum: 'line' }]])).toThrow(
    't.aggregate.sum.sum: an integer is wanted',
  );
  expect(of('line', [['line', 'count']])).toThrow('t: two fields are called line');
  expect(of('line', [['sum', { sum: 'line' }]])).toThrow(JobError);
});

test('a function over rows that throws, or gives a row of another shape, is the user’s', () => {
  const of = (apply: Parameters<typeof recordFunction>[3]) =>
    recordFunction('map', row, [{ name: 'late', type: 'int' }], apply, 1);
  const throwing = () => {
    throw new RangeError('no such flight');
  };
  expect(() => emitted(of(throwing), ['a', 1])).toThrow(UserFunctionError);
  expect(() => emitted(of(throwing), ['a', 1])).toThrow('no such flight');
  const half = of(({ delay }) => [{ late: Number(delay) / 2 }]);
  expect(emitted(half, ['a', 4])).toEqual([[2]]);
  expect(() => emitted(half, ['a', 1])).toThrow('field late must be a 32-bit integer');
  expect(() =>
    emitted(
      of(() => [{ lat: 1 }]),
      ['a', 1],
    ),
  ).toThrow('map: field late is missing; the row has lat');
  const odd = (rows: unknown) => of(() => rows as never);
  expect(() => emitted(odd({ late: 1 }), ['a', 1])).toThrow('must return an iterable of rows');
  expect(() => emitted(odd([undefined]), ['a', 1])).toThrow('returned no row but undefined');
  const promise = Promise.reject(new Error('nobody waits'));
  expect(() => emitted(odd(promise), ['a', 1])).toThrow('cannot be async');
  expect(() => emitted(odd([promise]), ['a', 1])).toThrow('cannot be async');
  const combined = reduceFunction('reduce', row, () => promise as never);
  const [words, emit] = [blockOf(['a', 1]), { words: new Int32Array(8), length: 0 }];
  const state = combined.apply(undefined, words, 1, words.length, emit);
  expect(() => combined.apply(state, words, 1, words.length, emit)).toThrow('cannot be async');
});
