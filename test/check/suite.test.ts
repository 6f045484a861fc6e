import { expect, test } from 'vitest';

import { lawNames, lawOf, suiteOf, type LawName } from '../../src/check/suite.js';
import { InvariantError } from '../../src/kernel/invariant.js';
import { context, delivered, entry, pointer, told, visible } from './stage.js';

const end = { at: 9, reason: 'finished', entries: 1 } as const;

test('every law has a name, says what it is, and judges nothing in an empty history', () => {
  expect(lawNames).toMatchInlineSnapshot(`
    [
      "consistent-cut",
      "operator-cut",
      "barrier-order",
      "exactly-once",
      "at-least-once",
      "two-phase-commit",
      "checkpoint-order",
      "trigger-policy",
      "fault-window",
      "restart-policy",
      "honest-reporting",
      "split-custody",
      "one-attempt",
      "progress",
      "metamorphic",
    ]
  `);
  const suite = suiteOf(lawNames, { ...context, topics: [] });
  const verdicts = suite.close({ ...end, entries: 0 });
  expect(verdicts.map(({ law }) => law)).toEqual(lawNames);
  expect(new Set(verdicts.map(told))).toEqual(new Set(['holds, 0 judged']));
  for (const name of lawNames) expect(lawOf(name).says).not.toBe('');
  for (const { sees, messages, law } of lawNames.map((name) => lawOf(name).open(context))) {
    const named = Object.keys(lawOf(law).judgesFrom).flatMap((entries) => entries.split(', '));
    expect(named).toEqual(expect.arrayContaining([...sees]));
    expect(named).toEqual(expect.arrayContaining(messages.map((kind) => `delivered ${kind}`)));
  }
  expect(() => lawOf('gravity' as LawName)).toThrow(InvariantError);
});

test('a suite wants what its laws want, and shows each entry only to those', () => {
  const suite = suiteOf(['at-least-once', 'checkpoint-order'], context);
  expect(suite.sees).toEqual([
    'rowsVisible',
    'valuesUpserted',
    'entered',
    'watermark',
    'timerFired',
    'witnessTaken',
    'witnessClosed',
    'restoring',
    'valueWritten',
    'valueDeleted',
    'leaseGranted',
    'objectWritten',
    'objectDeleted',
    'checkpointsCleaned',
    'faultBegan',
    'faultEnded',
    'processStarted',
    'processCrashed',
    'processPaused',
    'processResumed',
    'triggered',
    'aborted',
    'stored',
  ]);
  expect(suite.messages).toEqual([
    'notifyCheckpointComplete',
    'deployTask',
    'triggerCheckpoint',
    'checkpointAcknowledged',
  ]);
  suite.see(entry('taskState', 1, 'sum[0]'));
  suite.see(delivered('heartbeatRequested', -1, '', 1));
  suite.see(visible([['a', 0, 1, 5, 5]]));
  suite.see(pointer(1));
  suite.see(delivered('notifyCheckpointComplete', 2, 'sink[0]', 1));
  expect(suite.entries()).toBe(5);
  const [rows, order] = suite.close({ ...end, reason: 'budget', entries: 5 });
  expect(rows).toMatchObject({ outcome: 'unknown', judged: 1 });
  expect(order).toMatchObject({ outcome: 'violated', judged: 2, violation: { index: 4 } });
});

test('a checker that fails judges nothing, and the others go on', () => {
  const suite = suiteOf(['exactly-once', 'one-attempt', 'progress'], context);
  suite.see(entry('transactionBegun', 1, 't', undefined));
  suite.see(entry('transactionBegun', 1, 't', undefined));
  suite.see(visible([['a', 7, 1, 5, 5]]));
  const [rows, attempts] = suite.close(end);
  expect(rows).toMatchObject({ outcome: 'violated', violation: { index: 2 } });
  expect(attempts).toMatchObject({ law: 'one-attempt', outcome: 'unknown', judged: 0 });
  expect(attempts?.note).toMatch(/^the checker failed: .*undefined/);
});

test('a checker that fails at the end judges nothing either', () => {
  const suite = suiteOf(['progress'], context);
  suite.see(entry('allHealed', 0, ''));
  suite.see(entry('jobStatus', 0, '', { status: 'RUNNING' }));
  suite.see({
    ...entry('failure', 0, ''),
    get detail(): unknown {
      return thrown('a detail that cannot be read');
    },
  });
  const verdict = suite.close({ at: 99_000_000, reason: 'budget', entries: 3 })[0];
  expect(verdict?.note).toBe('the checker failed: a detail that cannot be read');
});

test('a broken invariant of ours is no verdict', () => {
  const suite = suiteOf(['one-attempt'], context);
  const broken = {
    ...entry('entered', 1, 'sum[0]'),
    get detail(): unknown {
      throw new InvariantError('ours');
    },
  };
  expect(() => suite.see(broken)).toThrow('ours');
});

function thrown(text: unknown): never {
  throw text;
}
