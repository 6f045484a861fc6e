/** The README's example gives what it says: each line with a comment is evaluated. */
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';

import * as api from '../../src/tla-json-export/index.js';

const readme = readFileSync(
  new URL('../../src/tla-json-export/README.md', import.meta.url),
  'utf8',
);
const [, example = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
const lines = example.split('\n').filter((line) => !line.startsWith('import '));
const shown = lines.filter((line) => line.includes('; // '));

test.each(shown)('%s', (line) => {
  const declared = lines.filter((other) => other.startsWith('const '));
  const result: unknown = runInNewContext([...declared, line].join('\n'), { ...api });
  const [, said] = line.split('; // ');
  expect(typeof result === 'string' ? result : JSON.stringify(result)).toBe(said);
});

test('the example has lines to evaluate, and names every refusal', () => {
  expect(shown.length).toBeGreaterThan(3);
  const source = readFileSync(
    new URL('../../src/tla-json-export/refusal.ts', import.meta.url),
    'utf8',
  );
  const codes = [...source.matchAll(/^ {2}\| '([\w-]+)'/gm)].map(([, code]) => code);
  const told = [...readme.matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, code]) => code);
  expect(new Set(told)).toEqual(new Set(codes));
  expect(told.length).toBe(codes.length);
});
