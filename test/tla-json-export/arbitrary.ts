/** Values for the tests of properties: every kind, awkward strings, integers up to 10^40. */
import fc from 'fast-check';

import {
  bool,
  fn,
  int,
  model,
  seq,
  set,
  str,
  type FnEntry,
  type Value,
} from '../../src/tla-json-export/index.js';

const most = 10n ** 40n;

const integers = fc.oneof(
  fc.bigInt({ min: -most, max: most }),
  fc.bigInt({ min: -3n, max: 4n }),
  fc.constantFrom(2n ** 31n, -(2n ** 31n), 2n ** 53n, -(2n ** 53n), most, -most),
);

/** Model values of these names are told to the codecs of ITF. */
export const models: ReadonlySet<string> = new Set(['p1', 'p2', 'Nobody_1']);

const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('a', 'b', 'ab', '', 'tag', '#set', '_x', 'TRUE', 'p1', '__proto__', '\u0001'),
);

const leaves: fc.Arbitrary<Value> = fc.oneof(
  integers.map(int),
  fc.boolean().map(bool),
  texts.map(str),
  fc.constantFrom(...models).map(model),
);

/** Keys that differ; functions take each but once. */
function entriesOf(keys: fc.Arbitrary<Value>, tie: fc.Arbitrary<Value>) {
  const entry: fc.Arbitrary<FnEntry> = fc.tuple(keys, tie);
  return fc.uniqueArray(entry, { maxLength: 4, selector: ([key]) => JSON.stringify(shown(key)) });
}

function shown(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'bigint' ? `int ${part}` : part,
    ),
  );
}

export const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => {
  const value = tie('value');
  const names = fc.constantFrom('a', 'b', 'id', 'tag', 'value', 'phase').map(str);
  const lists = fc.array(value, { maxLength: 4 });
  return {
    value: fc.oneof(
      { maxDepth: 4 },
      leaves,
      lists.map(set),
      lists.map(seq),
      entriesOf(names, value).map(fn),
      entriesOf(texts.map(str), value).map(fn),
      entriesOf(value, value).map(fn),
    ),
  };
}).value;
