/**
 * Goal: a task at the end of its data lives on until a checkpoint behind that end has completed and
 * its producers have finished; then it begins no other one, waits for those that it is in, says
 * that nothing more comes, and finishes. Method: a keyed subtask in a task manager that is driven
 * by hand.
 */
import { describe, expect, test } from 'vitest';
import { taskManagerByHand, type ByHand } from './hand.js';

const producers = ['source[0]', 'source[1]'];
const NAME = 'totals[0]';
const OUT = `${NAME}->sink[0]`;

/** A keyed subtask whose consumer has asked for its channel. */
function keyed(): ByHand {
  const manager = taskManagerByHand();
  manager.deploy('totals', 0);
  manager.request(OUT);
  return manager;
}

/** Something arrives from every producer, or from some. */
function hear(manager: ByHand, kind: string, subject = -1, from: readonly string[] = producers) {
  for (const one of from) manager.hear(kind, subject, `${one}->${NAME}`, { timestamp: 5 });
}

/** The barriers of a checkpoint arrive, and the snapshot is copied. */
function snapshot(manager: ByHand, checkpoint: number) {
  hear(manager, 'barrier', checkpoint);
  manager.pass(50_000);
  manager.resume(OUT);
}

const complete = (manager: ByHand, checkpoint: number) => {
  manager.tell('notifyCheckpointComplete', checkpoint, NAME);
};
const isOver = ({ moments }: ByHand) => moments.includes(`taskState 0 ${NAME} FINISHED`);
const said = ({ sent }: ByHand, kind: string) => sent.filter((line) => line.startsWith(kind));

/** At the end of its data, with a checkpoint behind it that is durable. */
function ended(): ByHand {
  const manager = keyed();
  hear(manager, 'endOfData');
  snapshot(manager, 1);
  manager.store();
  return manager;
}

describe('a task at the end of its data', () => {
  test('says so downstream and to the job manager, and lives on', () => {
    const manager = keyed();
    hear(manager, 'endOfData', -1, producers.slice(1));
    expect(said(manager, 'endOfData')).toEqual([]);
    hear(manager, 'endOfData', -1, producers.slice(0, 1));
    expect(said(manager, 'endOfData')).toEqual([
      ...[`endOfData -1 ${OUT}`, `endOfDataReached 0 ${NAME}`],
    ]);
    manager.pass(100_000);
    expect(isOver(manager)).toBe(false);
  });

  test('finishes when a checkpoint behind it has completed and its producers have finished', () => {
    const manager = ended();
    complete(manager, 1);
    hear(manager, 'endOfPartition', -1, producers.slice(1));
    expect(isOver(manager)).toBe(false);
    expect(said(manager, 'endOfPartition')).toEqual([]);
    hear(manager, 'endOfPartition', -1, producers.slice(0, 1));
    expect(said(manager, 'endOfPartition')).toEqual([`endOfPartition -1 ${OUT}`]);
    expect(isOver(manager)).toBe(true);
  });

  test('in whatever order it hears of that', () => {
    const manager = ended();
    hear(manager, 'endOfPartition');
    expect(isOver(manager)).toBe(false);
    complete(manager, 1);
    expect(isOver(manager)).toBe(true);
  });

  test('not with a checkpoint that it took part in before, nor with one that it is not in', () => {
    const manager = keyed();
    snapshot(manager, 1);
    hear(manager, 'endOfData');
    manager.store();
    complete(manager, 1);
    complete(manager, 2);
    hear(manager, 'endOfPartition');
    expect(isOver(manager)).toBe(false);
  });

  test('with a later one when the first was aborted', () => {
    const manager = ended();
    manager.tell('notifyCheckpointAborted', 1, NAME, { latest: 0 });
    snapshot(manager, 2);
    manager.store();
    hear(manager, 'endOfPartition');
    expect(isOver(manager)).toBe(false);
    complete(manager, 2);
    expect(isOver(manager)).toBe(true);
  });
});

describe('a task that finishes', () => {
  /** Checkpoint 1 has completed, 2 is copied and on its way to the store. */
  const uploading = () => {
    const manager = ended();
    snapshot(manager, 2);
    complete(manager, 1);
    hear(manager, 'endOfPartition');
    return manager;
  };

  test('takes the checkpoints that it is in to their end', () => {
    const manager = uploading();
    expect(isOver(manager)).toBe(false);
    expect(said(manager, 'endOfPartition')).toEqual([]);
    manager.store();
    expect(said(manager, 'checkpointAcknowledged')).toEqual([
      ...[1, 2].map((id) => `checkpointAcknowledged ${id} ${NAME}`),
    ]);
    expect(isOver(manager)).toBe(true);
    expect(manager.sent.indexOf(`endOfPartition -1 ${OUT}`)).toBeGreaterThan(
      manager.sent.indexOf(`barrier 2 ${OUT}`),
    );
  });

  test('also one whose copy is not done when it hears of the other', () => {
    const manager = ended();
    hear(manager, 'barrier', 2);
    hear(manager, 'endOfPartition');
    complete(manager, 1);
    expect(isOver(manager)).toBe(false);
    manager.pass(50_000);
    manager.resume(OUT);
    expect(isOver(manager)).toBe(false);
    manager.store();
    expect(said(manager, 'checkpointAcknowledged')).toHaveLength(2);
    expect(isOver(manager)).toBe(true);
  });

  test('declines any other', () => {
    const manager = uploading();
    manager.tell('triggerCheckpoint', 3, NAME);
    expect(said(manager, 'checkpointDeclined')).toEqual([
      `checkpointDeclined 3 ${NAME} CHECKPOINT_DECLINED_TASK_CLOSING`,
    ]);
    manager.store();
    expect(isOver(manager)).toBe(true);
  });

  test('waits for no upload that was given up', () => {
    const manager = uploading();
    manager.tell('notifyCheckpointAborted', 2, NAME, { latest: 1 });
    manager.store();
    expect(isOver(manager)).toBe(true);
  });

  test('waits until its consumer has everything', () => {
    const manager = taskManagerByHand();
    manager.deploy('totals', 0);
    hear(manager, 'endOfData');
    snapshot(manager, 1);
    manager.store();
    complete(manager, 1);
    hear(manager, 'endOfPartition');
    expect(isOver(manager)).toBe(false);
    manager.request(OUT);
    expect(said(manager, 'endOfPartition')).toEqual([]);
    manager.resume(OUT);
    expect(said(manager, 'endOfPartition')).toHaveLength(1);
    expect(isOver(manager)).toBe(true);
  });
});
