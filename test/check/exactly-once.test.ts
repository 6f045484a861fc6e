import { expect, test } from 'vitest';

import type { RunEnd } from '../../src/check/verdict.js';
import type { Entry } from '../../src/history/entry.js';
import { entry, judge, told, visible } from './stage.js';

/** The records of `a` in the order 1, 0: -2, then 5. */
const a1 = ['a', 1, 1, -2, -2];
const a0 = ['a', 0, 2, 3, 5];
const b2 = ['b', 2, 1, 7, 7];

const verdictOn = (entries: Entry[], reason: RunEnd['reason'] = 'finished') =>
  told(judge('exactly-once', entries, reason));

test('each record once, in one history of its key, holds whatever becomes visible first', () => {
  expect(verdictOn([visible([a1, a0]), visible([b2])])).toBe('holds, 3 judged');
  expect(verdictOn([visible([b2]), visible([a0]), visible([a1])])).toBe('holds, 3 judged');
});

test('rows of other topics are not judged, and no input needs no rows', () => {
  const elsewhere = { ...visible([a0]), about: 'audit' };
  const verdict = judge('exactly-once', [elsewhere], 'finished', { inputs: [] });
  expect(told(verdict)).toBe('holds, 0 judged');
});

test('a record that is visible twice convicts at once', () => {
  expect(verdictOn([visible([a1]), visible([a0, a1]), visible([b2])])).toMatchInlineSnapshot(`
    "violated, 3 judged, at 1
    record 1 is visible twice, with count 1 and with count 1
    about record 1
    proved by rowsVisible 2"
  `);
});

test('two records of a key with one count convict at once', () => {
  expect(verdictOn([visible([a1]), visible([['a', 0, 1, 5, 5]])])).toMatchInlineSnapshot(`
    "violated, 2 judged, at 1
    record 1 and record 0 of one key are both visible with count 1
    about record 1; record 0
    proved by rowsVisible 1"
  `);
});

test('a row that does not follow from the one before it convicts when both are visible', () => {
  const wrongSum = ['a', 0, 2, 5, 5];
  expect(verdictOn([visible([wrongSum]), visible([a1])])).toMatchInlineSnapshot(`
    "violated, 2 judged, at 1
    record 0 is visible as count 2 of key a with sum 5 and max 5; from the row before
    follow sum 3 and max 5
    about record 1; record 0
    proved by rowsVisible 1"
  `);
  const wrongMax = ['a', 0, 2, 3, -2];
  expect(verdictOn([visible([a1, wrongMax])])).toContain('follow sum 3 and max 5');
  expect(verdictOn([visible([['b', 2, 1, 7, 0]])])).toContain('follow sum 7 and max 7');
});

test('rows that belong to no record of the input convict at once', () => {
  expect(verdictOn([visible([['a', 3, 1, 5, 5]])])).toMatchInlineSnapshot(`
    "violated, 1 judged, at 0
    record 3 is visible, and is not in the input
    about record 3
    proved by rowsVisible 1"
  `);
  expect(verdictOn([visible([['b', 0, 1, 5, 5]])])).toMatchInlineSnapshot(`
    "violated, 1 judged, at 0
    record 0 is visible under key b, and has key a
    about record 0
    proved by rowsVisible 1"
  `);
  expect(verdictOn([visible([['a', 0, 3, 5, 5]])])).toMatchInlineSnapshot(`
    "violated, 1 judged, at 0
    record 0 is visible with count 3 of 2 records of its key
    about record 0
    proved by rowsVisible 1"
  `);
  expect(verdictOn([visible([['a', 0, 1, 5]])])).toContain('a row is none that the job writes');
});

test('what is missing convicts at the end of a run that finished, and of no other', () => {
  const entries = [visible([a1]), entry('rowsVisible', 0, 'out', visible([]).detail)];
  expect(verdictOn(entries)).toMatchInlineSnapshot(`
    "violated, 1 judged, at 1
    2 of 3 records are not visible, the first is record 0
    about record 0
    proved by "
  `);
  expect(verdictOn(entries, 'failed')).toBe('holds, 1 judged: partial');
  const unknown = 'unknown, 1 judged: 2 of 3 records are not visible';
  expect(verdictOn(entries, 'budget')).toBe(unknown);
  expect(verdictOn([visible([a1, a1])], 'failed')).toContain('violated');
});

test('sums wrap as the 32-bit integers that they are', () => {
  const inputs = [
    { key: 'c', value: 0x7fff_ffff },
    { key: 'c', value: 1 },
  ];
  const rows = [
    ['c', 0, 1, 0x7fff_ffff, 0x7fff_ffff],
    ['c', 1, 2, -0x8000_0000, 0x7fff_ffff],
  ];
  const verdict = judge('exactly-once', [visible(rows)], 'finished', { inputs });
  expect(told(verdict)).toBe('holds, 2 judged');
});
