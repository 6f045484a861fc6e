/** The rules of the TLA+ in which models are written: the models keep them, and each bites. */
import { describe, expect, test } from 'vitest';

import { configurations, model } from './models.js';
import { unportable, unportableConfiguration } from './portable.js';

const coordinator = model('Coordinator.tla');

test('the model keeps them', () => {
  expect(unportable(coordinator)).toEqual([]);
});

test.each(configurations())('%s keeps them', (name) => {
  expect(unportableConfiguration(model(`${name}.cfg`), coordinator)).toEqual([]);
});

const plain = String.raw`---- MODULE Plain ----
EXTENDS Naturals, Sequences
CONSTANTS
  Max
VARIABLES
  n,
  q
vars == <<n, q>>
Below(m) == {k \in 0..Max : k < m}
Init ==
  /\ n = 0
  /\ q = <<>>
Step(k) ==
  /\ n' = k
  /\ q' = Append(q, k)
Rest ==
  /\ n > 0
  /\ UNCHANGED <<n, q>>

Next ==
  \/ \E k \in Below(Max) : Step(k)
  \/ Rest

Spec == Init /\ [][Next]_vars
InRange == n \in 0..Max
====
`;

test('a plain module is portable', () => {
  expect(unportable(plain)).toEqual([]);
});

describe('what is not portable in a module', () => {
  test.each([
    ['EXTENDS Naturals, Sequences', 'EXTENDS Naturals, Own', 'EXTENDS Own: it stands alone'],
    ['  n,\n  q\n', '  n\nVARIABLES\n  q\n', '2 declarations of VARIABLES: only one counts'],
    ['vars == <<n, q>>', 'vars == <<n>>', 'vars is not the tuple of all variables'],
    ['n = 0', 'n = 0 (* a (* b *) *)', 'a comment stands within another'],
    [
      'n \\in 0..Max\n',
      'n \\in Nat\n',
      'line 25: Nat: a range 0..Max is for every checker the same',
    ],
    ['k < m', 'k \\div 2 < m', 'line 9: \\div: rounds negative numbers in two ways'],
    ['k < m', 'k < 2147483648', 'line 9: 2147483648: is beyond 2^31 - 1'],
    ['k < m', '\\A j : j < m', 'line 9: \\A without a set: every bound is written'],
    ['k < m', '(CHOOSE j \\in {1, "a"} : TRUE) < m', 'line 9: numbers and strings in one set'],
    ['k < m', 'Head(q).k < m', 'line 9: a part of what an operator gives: bind it first'],
    [
      'k < m',
      '[tag |-> 1, value |-> k].value < m',
      'line 9: tag and value alone: reads as a variant',
    ],
    ['k < m', '[_k |-> 1] # m', 'line 9: _k: a field begins with _'],
    ['Below(m) ==', 'm ++ l == 1\nBelow(m) ==', 'line 9: an infix operator is defined'],
    [
      'Below(m) ==',
      'F[m \\in 0..Max] == 1\nBelow(m) ==',
      'line 9: a function is defined: use an operator',
    ],
    ['Below(m) ==', 'Below(Max) ==', 'line 9: Max: is the name of something else, too'],
    ["  /\\ q' = Append(q, k)\n", '', 'Step: does not assign q'],
    ["  /\\ n' = k\n", "  /\\ n' = k\n  /\\ n' = 1\n", 'Step: assigns n twice'],
    ["  /\\ n' = k\n", "  /\\ q' # <<>>\n  /\\ n' = k\n", "Step: q' is read before it is assigned"],
    ['  /\\ n > 0\n', '  /\\ n > 0 \\/ q = <<>>\n', 'Rest: \\/ in an action'],
    ['  \\/ Rest', '  \\/ Gone', 'Gone: is not defined'],
    [
      '  \\/ Rest',
      '  \\/ n > 0 /\\ Rest',
      'n > 0 /\\ Rest: is not of the form \\E x \\in S : Action(x)',
    ],
  ])('%j made %j', (before, after, fault) => {
    expect(plain).toContain(before);
    expect(unportable(plain.replace(before, after))).toContain(fault);
  });
});

const configured = `SPECIFICATION Spec
CONSTANTS
  Max = 3
INVARIANT InRange
CHECK_DEADLOCK FALSE
`;

test('a plain configuration is portable', () => {
  expect(unportableConfiguration(configured, plain)).toEqual([]);
});

describe('what is not portable in a configuration', () => {
  test.each([
    [
      'CHECK_DEADLOCK FALSE\n',
      'ACTION_CONSTRAINT Rest\n',
      'ACTION_CONSTRAINT: is not for every checker',
    ],
    ['CHECK_DEADLOCK FALSE\n', '', 'CHECK_DEADLOCK is not said'],
    ['INVARIANT InRange\n', '', 'no INVARIANT: a checker chooses by names'],
    ['INVARIANT InRange', 'INVARIANT Ranged', 'INVARIANT Ranged: is not defined'],
    ['  Max = 3', '  Max <- Most', '<-: is not for every checker'],
    ['  Max = 3', '  Most = 3', 'the constants are not those of the module'],
  ])('%j made %j', (before, after, fault) => {
    expect(unportableConfiguration(configured.replace(before, after), plain)).toContain(fault);
  });
});
