/** Goal: a check that holds does nothing, one that fails says what with all its details. */
import { expect, test } from 'vitest';
import { InvariantError, invariant, unreachable } from '../../src/kernel/invariant.js';

test('what holds passes, and nobody looks at the details', () => {
  const untouchable = {
    toJSON(): never {
      throw new Error('was printed');
    },
  };
  expect(() => invariant(1, 'one', untouchable)).not.toThrow();
});

test.each([false, 0, '', null, undefined, NaN])('%s does not hold', (condition) => {
  expect(() => invariant(condition, 'a message')).toThrow(new InvariantError('a message'));
});

test('details follow the message as JSON', () => {
  const details = [1, 'two', { three: [3] }, null];
  expect(() => invariant(false, 'counted', ...details)).toThrow(
    'counted 1 "two" {"three":[3]} null',
  );
});

test('what JSON cannot say is still said', () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  expect(() => invariant(false, 'odd', Infinity, NaN, 5n, undefined, cycle)).toThrow(
    'odd "Infinity" "NaN" "5" "undefined" [object Object]',
  );
});

test('the error has its own name and kind', () => {
  const error = new InvariantError('x');
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe('InvariantError');
});

test('an unreachable value is named', () => {
  expect(() => unreachable({ kind: 'unheardOf' } as never)).toThrow(
    new InvariantError('unexpected value {"kind":"unheardOf"}'),
  );
});
