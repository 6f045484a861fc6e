/**
 * Goal: a task measures of a checkpoint what Flink's does, each part from where it begins to where
 * it ends. Method: a keyed subtask with two inputs, and a source, in a task manager that is driven
 * by hand; its acknowledgement tells what it has measured.
 */
import { expect, test } from 'vitest';
import { record, taskManagerByHand, type ByHand } from './hand.js';

const ONE = 'source[0]->totals[0]';
const OTHER = 'source[1]->totals[0]';

function deployed(): ByHand {
  const manager = taskManagerByHand();
  manager.deploy('totals', 0);
  manager.request('totals[0]->sink[0]');
  return manager;
}

function barrier(manager: ByHand, channel: string, id = 1, timestamp = 0): void {
  manager.hear('barrier', id, channel, { timestamp });
}

/** The snapshot is copied, and stored so much later. */
function stored(manager: ByHand, micros = 5_000) {
  manager.pass(2_000);
  manager.pass(micros);
  manager.store();
  return manager.metrics.at(-1);
}

test('from the request to the first barrier, and from there to the last', () => {
  const manager = deployed();
  manager.pass(7_900);
  barrier(manager, ONE, 1, 2_100);
  manager.pass(4_200);
  barrier(manager, OTHER, 1, 2_100);
  expect(stored(manager)).toMatchObject({ startDelayMillis: 5, alignmentMillis: 4 });
});

test('the bytes of what was worked while barriers were awaited, and of nothing else', () => {
  const manager = deployed();
  const send = (number: number): void => {
    manager.hear('buffer', number, OTHER, { words: record, backlog: 0 });
    manager.pass(5_000);
  };
  send(0);
  barrier(manager, ONE);
  send(1);
  send(2);
  barrier(manager, OTHER);
  manager.pass(2_000);
  send(3);
  expect(stored(manager)).toMatchObject({
    bytesProcessed: 2 * 4 * record.length,
    bytesPersisted: 0,
  });
});

test('the copy and the upload each for itself', () => {
  const manager = deployed();
  barrier(manager, ONE);
  barrier(manager, OTHER);
  const before = manager.moments.length;
  let sync = 0;
  for (; !manager.moments.slice(before).includes('snapshotTaken 1 totals[0]'); sync += 1)
    manager.pass(1);
  manager.pass(30_000);
  manager.store();
  expect(manager.metrics).toEqual([
    {
      ...{ startDelayMillis: 0, alignmentMillis: 0, bytesProcessed: 0, bytesPersisted: 0 },
      ...{ syncMillis: Math.floor(sync / 1_000), asyncMillis: 30 },
    },
  ]);
});

test('a checkpoint that was given up leaves nothing to the next', () => {
  const manager = deployed();
  barrier(manager, ONE, 1);
  manager.hear('buffer', 0, OTHER, { words: record, backlog: 0 });
  manager.pass(9_000);
  manager.tell('notifyCheckpointAborted', 1, 'totals[0]', { latest: 0 });
  manager.pass(9_000);
  barrier(manager, ONE, 2, 10_000);
  manager.pass(3_000);
  barrier(manager, OTHER, 2, 10_000);
  expect(stored(manager)).toMatchObject({
    ...{ startDelayMillis: 8, alignmentMillis: 3, bytesProcessed: 0 },
  });
});

test('a newer checkpoint whose barrier comes first is measured from there', () => {
  const manager = deployed();
  barrier(manager, ONE, 1);
  manager.pass(9_000);
  barrier(manager, OTHER, 2);
  manager.pass(4_000);
  barrier(manager, ONE, 2);
  expect(stored(manager)).toMatchObject({ startDelayMillis: 9, alignmentMillis: 4 });
});

test('a source aligns nothing, and counts its delay to the trigger', () => {
  const manager = taskManagerByHand();
  manager.deploy('source', 0);
  manager.request(ONE);
  manager.request('source[0]->totals[1]');
  manager.pass(6_500);
  manager.tell('triggerCheckpoint', 1, 'source[0]', { timestamp: 1_900 });
  expect(stored(manager)).toMatchObject({
    ...{ startDelayMillis: 5, alignmentMillis: 0, bytesProcessed: 0 },
  });
});

test('a clock that is set back makes a delay 0 at the least, and changes no duration', () => {
  const manager = deployed();
  manager.pass(5_000);
  manager.skew(-60_000);
  barrier(manager, ONE, 1, 2_000);
  manager.pass(4_000);
  manager.skew(-60_000);
  barrier(manager, OTHER, 1, 2_000);
  manager.pass(2_000);
  manager.skew(-60_000);
  manager.pass(8_000);
  manager.store();
  expect(manager.metrics.at(-1)).toMatchObject({ startDelayMillis: 0, alignmentMillis: 4 });
  expect(manager.metrics.at(-1)?.asyncMillis).toBeGreaterThanOrEqual(8);
});

test('an upload that an abort cancels tells what was measured before it, once', () => {
  const manager = deployed();
  const abort = (): void => manager.tell('notifyCheckpointAborted', 1, 'totals[0]', { latest: 0 });
  manager.pass(7_900);
  barrier(manager, ONE, 1, 2_100);
  manager.pass(4_200);
  barrier(manager, OTHER, 1, 2_100);
  manager.pass(3_000);
  abort();
  abort();
  manager.pass(9_000);
  manager.store();
  const words = manager.sent.filter((line) => line.startsWith('checkpoint'));
  expect(words).toEqual(['checkpointMetricsReported 1 totals[0]']);
  expect(manager.metrics).toMatchObject([
    { startDelayMillis: 5, alignmentMillis: 4, bytesPersisted: -1, asyncMillis: -1 },
  ]);
});

test('an abort that cancels no upload tells nothing', () => {
  const manager = deployed();
  barrier(manager, ONE);
  manager.tell('notifyCheckpointAborted', 1, 'totals[0]', { latest: 0 });
  barrier(manager, OTHER, 1);
  barrier(manager, ONE, 2);
  barrier(manager, OTHER, 2);
  stored(manager);
  manager.tell('notifyCheckpointAborted', 2, 'totals[0]', { latest: 0 });
  const words = manager.sent.filter((line) => line.startsWith('checkpoint'));
  expect(words).toEqual(['checkpointAcknowledged 2 totals[0]']);
});
