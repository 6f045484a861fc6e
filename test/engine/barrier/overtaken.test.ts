/**
 * Goal: a subtask comes through orders of barriers, triggers and notices that are rare, or that the
 * job manager never causes, because it triggers in order and a trigger is lost with its task only:
 * a barrier that overtakes an older one, a trigger that comes after the notice of its abort, and
 * the notice of a newer one. Method: a task manager that is driven by hand.
 */
import { describe, expect, test } from 'vitest';
import { taskManagerByHand } from '../task/hand.js';

const [one, other] = ['source[0]->totals[0]', 'source[1]->totals[0]'] as const;

/** A keyed subtask between two sources and a sink. */
function keyed(): ReturnType<typeof taskManagerByHand> {
  const manager = taskManagerByHand();
  manager.deploy('totals', 0);
  manager.request('totals[0]->sink[0]');
  manager.sent.length = 0;
  manager.moments.length = 0;
  return manager;
}

describe('a barrier that overtakes an older one', () => {
  test('gives that up, says so on both sides, and is aligned itself', () => {
    const manager = keyed();
    manager.hear('barrier', 1, one);
    expect(manager.sent).toEqual([]);
    manager.hear('barrier', 2, other);
    expect(manager.sent).toEqual([
      'cancelMarker 1 totals[0]->sink[0]',
      'checkpointDeclined 1 totals[0] CHECKPOINT_DECLINED_SUBSUMED',
      `resumeConsumption -1 ${one}`,
    ]);
    manager.hear('barrier', 2, one);
    expect(manager.sent.slice(3)).toEqual([
      'barrier 2 totals[0]->sink[0]',
      `resumeConsumption -1 ${other}`,
      `resumeConsumption -1 ${one}`,
    ]);
    manager.pass(1_000);
    const aligned = manager.moments.filter((line) => /align|snapshotTaken/.test(line));
    expect(aligned).toEqual([
      ...['alignmentStarted 1 totals[0]', 'alignmentAborted 1 totals[0]'],
      ...['alignmentStarted 2 totals[0]', 'snapshotTaken 2 totals[0]'],
    ]);
  });

  test('the older one, when it comes at last, only frees its channel', () => {
    const manager = keyed();
    manager.hear('barrier', 2, other);
    manager.hear('barrier', 1, one);
    expect(manager.sent).toEqual([`resumeConsumption -1 ${one}`]);
  });
});

describe('a cancellation marker', () => {
  test('frees what waits, and goes on downstream', () => {
    const manager = keyed();
    manager.hear('barrier', 1, one);
    manager.hear('cancelMarker', 1, other);
    expect(manager.sent).toEqual([
      'cancelMarker 1 totals[0]->sink[0]',
      'checkpointDeclined 1 totals[0] CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER',
      `resumeConsumption -1 ${one}`,
    ]);
  });

  test('of a checkpoint that the coordinator has aborted is nothing new to it', () => {
    const manager = keyed();
    manager.hear('barrier', 1, one);
    manager.tell('notifyCheckpointAborted', 1, 'totals[0]');
    expect(manager.sent).toEqual([
      'cancelMarker 1 totals[0]->sink[0]',
      `resumeConsumption -1 ${one}`,
    ]);
    manager.hear('cancelMarker', 1, other);
    expect(manager.sent.length).toBe(2);
  });
});

test('a notice that a newer checkpoint was aborted leaves the older one as it is', () => {
  const manager = keyed();
  manager.hear('barrier', 1, one);
  manager.tell('notifyCheckpointAborted', 2, 'totals[0]');
  expect(manager.sent).toEqual(['cancelMarker 2 totals[0]->sink[0]']);
  manager.hear('barrier', 1, other);
  expect(manager.sent.slice(1)).toEqual([
    'barrier 1 totals[0]->sink[0]',
    `resumeConsumption -1 ${one}`,
    `resumeConsumption -1 ${other}`,
  ]);
});

test('a source that is told to begin what was aborted says so downstream, once', () => {
  const manager = taskManagerByHand();
  manager.deploy('source', 0);
  manager.request('source[0]->totals[0]');
  manager.sent.length = 0;
  manager.tell('notifyCheckpointAborted', 3, 'source[0]');
  manager.tell('triggerCheckpoint', 3, 'source[0]');
  manager.tell('triggerCheckpoint', 3, 'source[0]');
  expect(manager.sent).toEqual(['cancelMarker 3 source[0]->totals[0]']);
  manager.tell('triggerCheckpoint', 4, 'source[0]');
  expect(manager.sent.slice(1)).toEqual(['barrier 4 source[0]->totals[0]']);
});
