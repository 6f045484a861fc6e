/** ITF, both ways: values and whole traces, what is refused, and damaged input. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  bool,
  decodeItf,
  decodeItfTrace,
  DEPTH_MAX,
  encodeItf,
  encodeItfTrace,
  fn,
  int,
  model,
  rec,
  seq,
  set,
  str,
  TlaJsonError,
  type Json,
  type Trace,
  type Value,
} from '../../src/tla-json-export/index.js';
import { models, values } from './arbitrary.js';
import { expectRoundTrips } from './round-trip.js';

function codeOf(make: () => unknown) {
  try {
    make();
    return 'taken';
  } catch (error) {
    if (error instanceof TlaJsonError) return error.code;
    throw error;
  }
}

function messageOf(make: () => unknown) {
  try {
    make();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

test.each<[Value, Json]>([
  [int(-7), { '#bigint': '-7' }],
  [bool(true), true],
  [str('a "b"'), 'a "b"'],
  [model('p1'), 'p1'],
  [set([int(2), int(1)]), { '#set': [{ '#bigint': '1' }, { '#bigint': '2' }] }],
  [seq([bool(false)]), [false]],
  [seq([]), []],
  [rec({ f: int(1), e: str('') }), { e: '', f: { '#bigint': '1' } }],
  [
    fn([
      [int(0), str('a')],
      [set([]), str('b')],
    ]),
    {
      '#map': [
        [{ '#bigint': '0' }, 'a'],
        [{ '#set': [] }, 'b'],
      ],
    },
  ],
])('a value as ITF has it: %#', (value, json) => {
  expect(encodeItf(value, { models })).toEqual(json);
  expect(decodeItf(json, { models })).toEqual(value);
});

test.each<[string, unknown, Value]>([
  ['plain integers of old files', -7, int(-7)],
  ['tuples', { '#tup': [1, 'a'] }, seq([int(1), str('a')])],
  ['unsorted sets with repeats', { '#set': [2, 1, 2] }, set([int(1), int(2)])],
  ['functions on 1..n', { '#map': [[1, 'a']] }, seq([str('a')])],
  ['functions of strings', { '#map': [['a', 1]] }, rec({ a: int(1) })],
  ['the empty record', {}, seq([])],
  ['the empty function', { '#map': [] }, seq([])],
  ['fields of any other name', { toString: 1, '1': 2 }, rec({ '1': int(2), toString: int(1) })],
])('reads %s', (_what, json, value) => {
  expect(decodeItf(json)).toEqual(value);
});

test('10,000 values come back as they were, or are refused with a code', () => {
  expectRoundTrips(
    (value) => JSON.stringify(encodeItf(value, { models })),
    (text) => decodeItf(JSON.parse(text), { models }),
    ['variant', 'reserved-field', 'model-value'],
  );
});

const nested = (depth: number): Value => (depth === 0 ? int(0) : seq([nested(depth - 1)]));

test('values nest so deep and no deeper, in both directions', () => {
  const deep = nested(DEPTH_MAX);
  expect(decodeItf(encodeItf(deep))).toEqual(deep);
  expect(codeOf(() => encodeItf(nested(DEPTH_MAX + 1)))).toBe('too-deep');
  const json: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
  expect(codeOf(() => decodeItf(json))).toBe('too-deep');
});

test.each<[string, Value]>([
  ['variant', rec({ tag: str('Some'), value: int(1) })],
  ['reserved-field', rec({ '#x': int(1) })],
  ['reserved-field', seq([rec({ _x: int(1) })])],
  ['model-value', model('p1')],
])('is not written: %s', (code, value) => {
  expect(codeOf(() => encodeItf(value))).toBe(code);
});

test('a string that would be read as a model value is not written', () => {
  expect(codeOf(() => encodeItf(str('p1'), { models }))).toBe('model-value');
});

test.each<[string, string, unknown]>([
  ['bad-form', 'value', null],
  ['bad-form', 'value', undefined],
  ['bad-form', 'value[1]', [true, null]],
  ['bad-form', 'value', { '#set': 1 }],
  ['bad-form', 'value[0]', new Array(2)],
  ['bad-form', 'value', { '#map': new Array(1) }],
  ['bad-form', 'value', { '#bigint': 1 }],
  ['bad-form', 'value', { '#bigint': '0x1' }],
  ['bad-form', 'value', { '#map': [[1]] }],
  ['bad-form', 'value', { '#map': 1 }],
  ['bad-form', 'value', { '#unheard': 1 }],
  ['reserved-field', 'value', { '#set': [], more: 1 }],
  ['reserved-field', 'value.a', { a: { __x: 1 } }],
  ['variant', 'value', { tag: 'Some', value: 1 }],
  ['unserializable', 'value(0)', { '#map': [[0, { '#unserializable': 'Nat' }]] }],
  ['unsafe-integer', 'value(key 0)', { '#map': [[0.5, 1]] }],
  ['unsafe-integer', 'value', 2 ** 53],
  ['bad-string', 'value', '\ud800'],
  ['bad-name', 'value', 'not a name'],
  [
    'duplicate',
    'value',
    {
      '#map': [
        [0, 1],
        [0, 2],
      ],
    },
  ],
])('is not read: %s at %s, %j', (code, place, json) => {
  const read = () => decodeItf(json, { models: new Set(['not a name']) });
  expect(codeOf(read)).toBe(code);
  expect(messageOf(read)).toContain(place);
});

const state = (value: Value, meta = {}) => ({ meta, values: new Map([['x', value]]) });

const trace: Trace = {
  meta: { source: 'by hand', varTypes: { x: 'Int' } },
  params: ['N'],
  vars: ['x'],
  states: [
    { meta: {}, values: new Map([...state(int(0)).values, ['N', int(3)]]) },
    state(int(1), { 'mbt::actionTaken': 'step' }),
  ],
  loop: 1,
};

test('a trace has a line for each state, and comes back as it was', () => {
  const text = encodeItfTrace(trace);
  expect(text.split('\n')).toEqual([
    '{"#meta":{"source":"by hand","varTypes":{"x":"Int"}},',
    '"params":["N"],',
    '"vars":["x"],',
    '"states":[',
    '{"#meta":{"index":0},"x":{"#bigint":"0"},"N":{"#bigint":"3"}},',
    '{"#meta":{"index":1,"mbt::actionTaken":"step"},"x":{"#bigint":"1"}}',
    '],',
    '"loop":1}',
    '',
  ]);
  expect(decodeItfTrace(text)).toEqual(trace);
});

test('what a trace may leave out is read as nothing', () => {
  const bare: Trace = { meta: {}, params: [], vars: [], states: [], loop: undefined };
  expect(encodeItfTrace(bare)).toBe('{"vars":[],\n"states":[\n\n]}\n');
  expect(decodeItfTrace('{"vars":[],"states":[]}')).toEqual(bare);
});

test('traces of any values come back as they were', () => {
  fc.assert(
    fc.property(fc.array(values, { maxLength: 4 }), (list) => {
      const drawn = { ...trace, loop: undefined, states: list.map((value) => state(value)) };
      if (codeOf(() => encodeItfTrace(drawn, { models })) !== 'taken') return;
      expect(decodeItfTrace(encodeItfTrace(drawn, { models }), { models })).toEqual(drawn);
    }),
    { numRuns: 1_000 },
  );
});

test.each<[string, Partial<Trace>]>([
  ['bad-name', { vars: ['#x'] }],
  ['duplicate', { vars: ['x', 'N'] }],
  ['bad-form', { vars: ['x', 'y'] }],
  ['bad-form', { params: [] }],
  ['bad-form', { loop: 2 }],
  ['bad-form', { loop: -1 }],
])('a trace that does not fit itself is not written: %s %j', (code, change) => {
  expect(codeOf(() => encodeItfTrace({ ...trace, ...change }))).toBe(code);
});

test.each([
  ['not-json', 'trace', '{"vars":'],
  ['bad-form', 'trace', '[]'],
  ['bad-form', 'trace', '{"vars":[],"states":[],"more":1}'],
  ['bad-form', 'vars', '{"states":[]}'],
  ['bad-form', 'vars', '{"vars":[1],"states":[]}'],
  ['bad-name', 'vars', '{"vars":[""],"states":[]}'],
  ['bad-form', 'states', '{"vars":[]}'],
  ['bad-form', 'states[0]', '{"vars":[],"states":[1]}'],
  ['bad-form', 'states[0]', '{"vars":["x"],"states":[{}]}'],
  ['bad-form', 'states[0].#meta', '{"vars":[],"states":[{"#meta":1}]}'],
  ['unsafe-integer', 'states[0].x[1]', '{"vars":["x"],"states":[{"x":[1,1e99]}]}'],
  ['bad-form', 'loop', '{"vars":[],"states":[],"loop":0}'],
  ['duplicate', 'trace', '{"vars":["x"],"states":[],"states":[{"x":1}]}'],
  ['duplicate', 'states[1]', '{"vars":["x"],"states":[{"x":1},{"x":1,"x":2}]}'],
  ['duplicate', 'states[0].x[0]', '{"vars":["x"],"states":[{"x":[{"a":1,"b":2,"a":3}]}]}'],
  ['duplicate', '#meta', '{"#meta":{"a":1,"a":1},"vars":[],"states":[]}'],
])('what is no trace is refused: %s at %s', (code, place, text) => {
  const read = () => decodeItfTrace(text);
  expect(codeOf(read)).toBe(code);
  expect(messageOf(read)).toMatch(`${place}: `);
});

const keys = fc.constantFrom('#set', '#map', '#bigint', '#tup', '#unserializable', 'tag', 'value');
const objects = { key: fc.oneof(keys, fc.string()), withBigInt: true, withNullPrototype: true };
const anything = fc.anything({ ...objects, withMap: true, withSparseArray: true });

test('damaged input is read or refused, and nothing else happens', () => {
  const text = encodeItfTrace({
    ...trace,
    states: [state(rec({ a: set([seq([int(1)]), fn([[int(0), str('b')]])]), c: bool(true) }))],
    loop: 0,
  });
  const damage = fc.record({
    at: fc.nat(text.length),
    taken: fc.nat(12),
    put: fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom('null', '1.5', '#set', '#', '_', '"', '{}', '[', '\ud800', '1e400', '\\u'),
    ),
  });
  fc.assert(
    fc.property(damage, ({ at, taken, put }) => {
      codeOf(() => decodeItfTrace(text.slice(0, at) + put + text.slice(at + taken)));
    }),
    { numRuns: 10_000 },
  );
  fc.assert(
    fc.property(anything, (json) => {
      codeOf(() => decodeItf(json));
    }),
    { numRuns: 5_000 },
  );
});
