/** Goal: an expression over words gives what the same expression over values gives. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile, condition, integer, type Expression } from '../../src/job/expression.js';
import { UserFunctionError } from '../../src/job/user-function-error.js';
import { JobError } from '../../src/job/job-error.js';
import { blockOf, type RowType } from '../../src/job/row.js';

const row: RowType = [
  { name: 'origin', type: 'string' },
  { name: 'delay', type: 'int' },
  { name: 'city', type: 'string' },
  { name: 'distance', type: 'int' },
];

type Values = Readonly<{ origin: string; delay: number; city: string; distance: number }>;

const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const values = fc.record({ origin: fc.string(), delay: int, city: fc.string(), distance: int });

function value(expression: Expression, { origin, delay, city, distance }: Values): unknown {
  const words = blockOf([origin, delay, city, distance]);
  return compile(expression, row, 'here').read(words, 1);
}

const cases: readonly (readonly [string, Expression, (row: Values) => unknown])[] = [
  ['a field', 'distance', ({ distance }) => distance],
  ['a text field', 'city', ({ city }) => city],
  ['an integer', 15, () => 15],
  ['a text', { text: 'late' }, () => 'late'],
  ['add', { add: ['delay', 'distance'] }, (r) => Number(BigInt.asIntN(32, big(r, 1n)))],
  ['subtract', { subtract: ['delay', 'distance'] }, (r) => Number(BigInt.asIntN(32, big(r, -1n)))],
  [
    'multiply',
    { multiply: ['delay', 'distance'] },
    (r) => Number(BigInt.asIntN(32, BigInt(r.delay) * BigInt(r.distance))),
  ],
  ['modulo', { modulo: ['delay', 7] }, ({ delay }) => (delay % 7) | 0],
  ['equals', { equals: ['origin', 'city'] }, ({ origin, city }) => origin === city],
  ['less', { less: ['delay', 'distance'] }, ({ delay, distance }) => delay < distance],
  ['greater', { greater: ['origin', 'city'] }, ({ origin, city }) => origin > city],
  ['not', { not: { less: ['delay', 0] } }, ({ delay }) => delay >= 0],
  [
    'and, or',
    {
      and: [{ or: [{ less: ['delay', 0] }, { equals: ['delay', 0] }] }, { less: ['distance', 9] }],
    },
    ({ delay, distance }) => delay <= 0 && distance < 9,
  ],
  [
    'format',
    { format: '{origin}/{delay} in {city}' },
    ({ origin, delay, city }) => `${origin}/${delay} in ${city}`,
  ],
  ['length', { length: 'city' }, ({ city }) => city.length],
  [
    'lower case',
    { lowerCase: 'city' },
    ({ city }) => city.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
  ],
];

function big({ delay, distance }: Values, sign: bigint): bigint {
  return BigInt(delay) + sign * BigInt(distance);
}

test.each(cases)('%s', (_name, expression, expected) => {
  fc.assert(
    fc.property(values, (record) => {
      expect(value(expression, record)).toBe(expected(record));
    }),
  );
});

test('a division by 0 fails the task, as in Java', () => {
  const record = { origin: '', delay: 1, city: '', distance: 0 };
  expect(() => value({ modulo: ['delay', 'distance'] }, record)).toThrow(UserFunctionError);
});

describe('mistakes', () => {
  test.each<readonly [Expression, string]>([
    ['dealy', 'here: there is no field dealy; did you mean delay?'],
    [
      { equals: ['origin', 'SFO'] },
      'here.equals.1: there is no field SFO; there are origin, delay, city, distance; a text is ' +
        'written { text: SFO }',
    ],
    [1.5, '1.5 is no 32-bit integer'],
    [{ add: ['delay', 'city'] }, 'takes two integers, not int and string'],
    [{ equals: ['delay', 'city'] }, 'compares two integers or two texts, not int and string'],
    [{ not: 'delay' }, 'a condition is wanted'],
    [{ lowerCase: 'delay' }, 'a text is wanted, not int'],
    [{ length: 7 }, 'a text is wanted, not int'],
    [{ format: '{dealy}' }, 'here.format: there is no field dealy; did you mean delay?'],
  ])('%j', (expression, message) => {
    expect(() => compile(expression, row, 'here')).toThrow(JobError);
    expect(() => compile(expression, row, 'here')).toThrow(message);
  });

  test('an integer or a condition is asked for', () => {
    expect(() => integer('city', row, 'sum')).toThrow('sum: an integer is wanted, not string');
    expect(() => condition('delay', row, 'filter')).toThrow('filter: a condition is wanted');
  });
});
