/** The name that was meant by one that does not exist. */
import { expect, test } from 'vitest';
import { nearestOf, otherForm, otherName } from '../../src/kernel/did-you-mean.js';

test.each([
  ['dealy', 'delay'],
  ['ORIGIN', 'origin'],
  ['originn', 'origin'],
  ['N', 'n'],
  ['m', undefined],
  ['', undefined],
  ['destination', undefined],
  ['o'.repeat(1_000_000), undefined],
])('%.20s is near %s', (name, near) => {
  expect(nearestOf(name, ['origin', 'delay', 'n'])).toBe(near);
});

test('of two that differ in their case the one that is spelled alike is nearer', () => {
  expect(nearestOf('max', ['MAX', 'max'])).toBe('max');
});

test('where none is near those that there are are named, and many are counted', () => {
  expect(otherName('city', ['origin'])).toBe('there are origin');
  expect(otherName('city', [], '; make one')).toBe('there are none; make one');
  const many = Array.from({ length: 32 }, (_, index) => `column-${String(index)}`);
  expect(otherName('city', many)).toBe(`there are ${many.slice(0, 30).join(', ')} and 2 more`);
});

test.each<[unknown, string]>([
  ['summ', 'nothing is called summ; did you mean sum?'],
  [{ of: 1, maxx: 2 }, 'nothing is called maxx; did you mean max?'],
  [{ mean: 1 }, 'nothing is called mean; write sum or max'],
  [[1], 'write sum or max'],
  [null, 'write sum or max'],
  [7, 'write sum or max'],
])('%j is of no form', (value, said) => {
  expect(otherForm(value, ['sum', 'max'], 'write sum or max')).toBe(said);
});
