import { expect, test } from 'vitest';

import type { RunEnd } from '../../src/check/verdict.js';
import type { Entry } from '../../src/history/entry.js';
import { judge, told, visible } from './stage.js';

const a0 = ['a', 0, 1, 5, 5];
const a1 = ['a', 1, 2, 3, 5];
const b2 = ['b', 2, 1, 7, 7];

const verdictOn = (entries: Entry[], reason: RunEnd['reason'] = 'finished') =>
  told(judge('at-least-once', entries, reason));

test('every record at least once holds, however often and with whatever totals', () => {
  const again = ['a', 0, 1, 9, 9];
  expect(verdictOn([visible([a0, a1]), visible([again, b2])])).toBe('holds, 4 judged');
  const nothing = judge('at-least-once', [], 'finished', { inputs: [] });
  expect(told(nothing)).toBe('holds, 0 judged');
});

test('a row of a record that is in no input convicts at once', () => {
  expect(verdictOn([visible([a0]), visible([a1, ['a', -1, 2, 3, 5]])])).toMatchInlineSnapshot(`
    "violated, 3 judged, at 1
    record -1 is visible, and is not in the input
    about record -1
    proved by rowsVisible 2"
  `);
  expect(verdictOn([visible([['c', 0, 1, 5, 5]])])).toMatchInlineSnapshot(`
    "violated, 1 judged, at 0
    record 0 is visible under key c, and has key a
    about record 0
    proved by rowsVisible 1"
  `);
});

test('a record that is missing convicts at the end of a run that finished, and of no other', () => {
  expect(verdictOn([visible([a0, a0]), visible([b2])])).toMatchInlineSnapshot(`
    "violated, 3 judged, at 1
    1 of 3 records are not visible, the first is record 1
    about record 1
    proved by "
  `);
  expect(verdictOn([visible([a0])], 'failed')).toBe('holds, 1 judged: partial');
  expect(verdictOn([visible([a0, a1, b2])], 'failed')).toBe('holds, 3 judged: partial');
  const unknown = 'unknown, 1 judged: 2 of 3 records are not visible';
  expect(verdictOn([visible([a0])], 'budget')).toBe(unknown);
});
