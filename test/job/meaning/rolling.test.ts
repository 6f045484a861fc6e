/** Keyed functions by hand, and against the functions of the engine, which compute otherwise. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowFunction } from '../../../src/job/functions.js';
import { rollingStage } from '../../../src/job/meaning/rolling.js';
import { rolling } from '../../../src/job/aggregates.js';
import { blockOf, readRow } from '../../../src/job/row.js';
import { fields, given, keyed, row } from './steps.js';

const made = rolling(
  'key',
  [
    ['count', 'count'],
    ['sum', { sum: { add: ['value', 1] } }],
    ['least', { min: 'value' }],
    ['most', { max: 'value' }],
    ['newest', { last: 'value' }],
  ],
  keyed,
  'test',
);

function totals(values: readonly (readonly [string, number])[]): string[] {
  const operator = { kind: 'keyed', keyField: 0, function: made.function } as const;
  const steps = values.map((one, time) => row(one, time));
  return given(({ main }) => rollingStage(operator, keyed, main), { main: made.output }, steps);
}

test('the aggregates of the key so far, for each record, at its time', () => {
  expect(
    totals([
      ['a', 5],
      ['b', 1],
      ['a', -2],
    ]),
  ).toEqual(['a 1 6 5 5 5 @0', 'b 1 2 1 1 1 @1', 'a 2 5 -2 5 -2 @2']);
  expect(totals([['', 2 ** 31 - 1]])).toEqual([
    ` 1 ${-(2 ** 31)} 2147483647 2147483647 2147483647 @0`,
  ]);
});

test('they are those that the function of the engine gives', () => {
  const values = fc.array(
    fc.tuple(fc.constantFrom('a', 'bc', ''), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  );
  fc.assert(
    fc.property(values, (list) => {
      const emitter = { words: new Int32Array(0), length: 0 };
      const states = new Map<string, Int32Array>();
      const expected = list.map(([key, value], time) => {
        const block = blockOf([key, value]);
        const state = states.get(key);
        states.set(key, made.function.apply(state, block, 1, block.length, emitter));
        const told = readRow(made.output, emitter.words.subarray(0, emitter.length), 0);
        return `${told.join(' ')} @${time}`;
      });
      expect(totals(list)).toEqual(expected);
    }),
  );
});

test("the user's function gets the state of its key, its own copy, and none for a new key", () => {
  const types = { input: keyed, state: fields('value'), output: keyed };
  const sums = rowFunction('sums', types, (state, record) => {
    if (record['value'] === 3) throw new Error('no');
    const sum = Number(state?.['value'] ?? 100) + Number(record['value']);
    if (state !== undefined) Object.assign(state, { value: 0 });
    return { state: { value: sum }, output: { key: record['key'] as string, value: sum } };
  });
  const operator = { kind: 'keyed', keyField: 0, function: sums } as const;
  const steps = [row(['a', 1]), row(['b', 2]), row(['a', 3]), row(['a', 4])];
  const told = given(({ main }) => rollingStage(operator, keyed, main), { main: keyed }, steps);
  expect(told).toEqual(['a 101', 'b 102', 'a 105']);
});
