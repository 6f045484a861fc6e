/** A name twice in one object of a JSON text: found where it is, and nowhere else. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { namedTwice } from '../../src/tla-json-export/index.js';

const found = (text: string) => namedTwice(text, JSON.parse(text));

test.each<[text: string, name: string, path: string, offset: number]>([
  ['{"a":1,"a":2}', 'a', '', 7],
  ['{"a" : 1, "b": {}, "\\u0061"\n:2}', 'a', '', 19],
  ['{"x":[1,{"b":[]},[{"c":1,"c":{"c":2}}]]}', 'c', '.x[2][0]', 25],
  ['[{"a":1},{"a":1},{"a":{"b":1,"b":1}}]', 'b', '[2].a', 29],
  ['{"__proto__":1,"__proto__":2}', '__proto__', '', 15],
  ['[{"a":1,"a":2},5]', 'a', '[0]', 8],
  ['{"":1,"":2}', '', '', 6],
  ['{"a":{"b":"\\":"},"c":"}{\\\\","c":"]"}', 'c', '', 28],
])('%j', (text, name, path, offset) => {
  expect(found(text)).toEqual({ name, path, offset });
  expect(text.slice(offset)).toMatch(/^"/);
});

test.each([
  '1',
  '"a\\":"',
  'null',
  '[]',
  '{}',
  '{"a":"\\":\\":","b":"{\\"b\\":1}"}',
  '{"a":{"a":{"a":[]}}}',
])('%j names nothing twice', (text) => {
  expect(found(text)).toBeUndefined();
});

test('no value that is written out has a name twice; with one more it has', () => {
  const name = fc.oneof(fc.string(), fc.constantFrom('":', '"', '\\', ':', '{"a":1}', '__proto__'));
  const { tree } = fc.letrec<{ tree: unknown; leaf: unknown }>((tie) => ({
    leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), name),
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      tie('leaf'),
      fc.dictionary(name, tie('tree'), { maxKeys: 4 }),
      fc.array(tie('tree'), { maxLength: 4 }),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.constantFrom('', '  ', '\t'), name, (value, indent, key) => {
      const text = JSON.stringify(value, null, indent);
      expect(found(text)).toBeUndefined();
      const field = `${JSON.stringify(key)}:${text}`;
      const twice = `{"o":[0,{${field},"-${JSON.stringify(key).slice(1)}:1,\n${field}}]}`;
      expect(found(twice)).toMatchObject({ name: key, path: '.o[1]' });
    }),
    { numRuns: 300 },
  );
});
