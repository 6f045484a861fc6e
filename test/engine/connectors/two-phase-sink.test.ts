/**
 * Goal: rows are visible if and only if their checkpoint completed. Method: the sink by hand, one
 * answer at a time: order of requests, refusals, fencing, recovery.
 */
import { describe, expect, test } from 'vitest';
import {
  abandonSink,
  commitTransactions,
  prepareSink,
  restoreTwoPhaseSink,
  sinkAnswered,
  startProducer,
  takesRows,
  twoPhaseSinkOf,
  twoPhaseSinkState,
  writeToSink,
  type TwoPhaseSinkInstance,
} from '../../../src/engine/connectors/two-phase-sink.js';
import { blockOf } from '../../../src/job/row.js';
import type { ConnectorOutcome } from '../../../src/engine/connectors/port.js';
import type { LogAnswer } from '../../../src/kernel/protocols.js';
import { answerOf, linesOf, portByHand, type Asked } from './hand.js';

const ROWS = 2;

function sinkByHand() {
  const port = portByHand();
  const sink = twoPhaseSinkOf({ kind: 'twoPhaseSink', topic: 'out' }, 'sink', 0, 5);
  let next = 0;
  return {
    ...{ sink, port },
    write: (count: number) => {
      for (let row = 0; row < count; row += 1) {
        const words = blockOf([row]);
        writeToSink(sink, port, ROWS, words, 1, words.length);
      }
    },
    prepare: (checkpoint: number) => prepareSink(sink, port, checkpoint),
    /** Answers the oldest request that has no answer yet. */
    answer: (kind: LogAnswer['kind'] | undefined, rest: object = {}): ConnectorOutcome => {
      const asked = port.asked[next] as Asked;
      next += 1;
      return sinkAnswered(sink, port, asked.tag, kind && answerOf(kind, rest));
    },
  };
}

const T1 = 'sink[0]-5-1';
const T2 = 'sink[0]-5-2';

/** One transaction of a checkpoint, prepared. */
function preparedSink() {
  const hand = sinkByHand();
  hand.write(ROWS);
  hand.prepare(1);
  for (const kind of ['transactionBegun', 'rowsWritten', 'transactionPrepared'] as const)
    hand.answer(kind);
  return hand;
}

const pendingOf = (sink: TwoPhaseSinkInstance) => sink.committer.pending.map(({ name }) => name);

describe('a transaction', () => {
  test('its requests go one at a time, in order', () => {
    const { write, prepare, answer, port } = sinkByHand();
    write(ROWS - 1);
    expect(port.asked).toEqual([]);
    write(ROWS + 1);
    expect(prepare(1)).toEqual({ kind: 'nothing' });
    expect(linesOf(port.asked)).toEqual([`beginTransaction ${T1}`]);
    expect(answer('transactionBegun')).toEqual({ kind: 'goOn' });
    expect(answer('rowsWritten')).toEqual({ kind: 'goOn' });
    expect(answer('rowsWritten')).toEqual({ kind: 'goOn' });
    expect(linesOf(port.asked)).toEqual([
      ...[`beginTransaction ${T1}`, `writeRows ${T1}`, `writeRows ${T1}`],
      `prepareTransaction ${T1}`,
    ]);
    expect(answer('transactionPrepared')).toEqual({ kind: 'prepared', checkpoint: 1 });
    expect(port.moments).toEqual(['prepared 1']);
  });

  test('what may not be done twice is asked once', () => {
    const { port } = preparedSink();
    expect(port.asked.map(({ twice }) => twice)).toEqual([false, false, true]);
  });

  test('without rows there is none, and the checkpoint need not wait', () => {
    const { prepare, port } = sinkByHand();
    expect(prepare(1)).toEqual({ kind: 'prepared', checkpoint: 1 });
    expect(port.asked).toEqual([]);
  });

  test('rows after a checkpoint go into another one', () => {
    const { write, port } = preparedSink();
    write(ROWS);
    expect(linesOf(port.asked).at(-1)).toBe(`beginTransaction ${T2}`);
  });

  test('a sink with much to ask takes no more rows', () => {
    const { sink, write } = sinkByHand();
    write(ROWS * 6);
    expect(takesRows(sink)).toBe(true);
    write(ROWS);
    expect(takesRows(sink)).toBe(false);
  });
});

describe('commits', () => {
  test('a completed checkpoint commits what is pending up to it', () => {
    const { sink, port, answer } = preparedSink();
    expect(pendingOf(sink)).toEqual([T1]);
    expect(commitTransactions(sink, port, 1)).toEqual({ kind: 'nothing' });
    expect(linesOf(port.asked).at(-1)).toBe(`commitTransaction ${T1}`);
    expect(answer('transactionCommitted')).toEqual({ kind: 'committed', checkpoint: 1 });
    expect(pendingOf(sink)).toEqual([]);
    expect(port.moments.slice(1)).toEqual(['commitSent 1', 'committed 1']);
  });

  test('an older one commits nothing of a newer one', () => {
    const { sink, port } = preparedSink();
    expect(commitTransactions(sink, port, 0)).toEqual({ kind: 'committed', checkpoint: 0 });
    expect(pendingOf(sink)).toEqual([T1]);
  });

  test('a later one commits all, in order, and is done with the last answer', () => {
    const { sink, port, write, prepare, answer } = preparedSink();
    write(ROWS);
    prepare(2);
    for (const kind of ['transactionBegun', 'rowsWritten', 'transactionPrepared'] as const)
      answer(kind);
    expect(commitTransactions(sink, port, 2)).toEqual({ kind: 'nothing' });
    expect(linesOf(port.asked).at(-1)).toBe(`commitTransaction ${T1}`);
    expect(answer('transactionCommitted')).toEqual({ kind: 'nothing' });
    expect(linesOf(port.asked).at(-1)).toBe(`commitTransaction ${T2}`);
    expect(answer('transactionCommitted')).toEqual({ kind: 'committed', checkpoint: 2 });
  });

  test('pending transactions survive in the state', () => {
    const { sink } = preparedSink();
    const restored = sinkByHand().sink;
    restoreTwoPhaseSink(restored, twoPhaseSinkState(sink));
    expect(restored.committer.pending).toEqual(sink.committer.pending);
  });
});

describe('refusals', () => {
  test('what was refused is asked again, so many times and no more', () => {
    const { write, answer, port } = sinkByHand();
    write(ROWS);
    expect(answer('unavailable')).toEqual({ kind: 'nothing' });
    expect(answer('unavailable')).toEqual({ kind: 'nothing' });
    expect(linesOf(port.asked)).toEqual(Array.from({ length: 3 }, () => `beginTransaction ${T1}`));
    expect(answer('unavailable')).toEqual({ kind: 'failed', cause: 'refused: begin' });
    expect(port.asked).toHaveLength(3);
  });

  test('what waits behind it goes on after it', () => {
    const { write, answer, port } = sinkByHand();
    write(ROWS);
    for (const kind of ['unavailable', 'transactionBegun', 'rowsWritten'] as const) answer(kind);
    expect(linesOf(port.asked).slice(1)).toEqual([`beginTransaction ${T1}`, `writeRows ${T1}`]);
  });

  test('of a commit as well, also when no answer comes', () => {
    const { sink, port, answer } = preparedSink();
    commitTransactions(sink, port, 1);
    expect(answer('unavailable')).toEqual({ kind: 'nothing' });
    expect(answer(undefined)).toEqual({ kind: 'nothing' });
    expect(answer('transactionCommitted')).toEqual({ kind: 'committed', checkpoint: 1 });
  });

  test('fenced, unknown or unanswered: the task fails', () => {
    for (const [kind, cause] of [
      ['producerFenced', 'producer fenced'],
      ['transactionUnknown', 'transaction unknown at begin'],
      [undefined, 'no answer to begin'],
    ] as const) {
      const { write, answer } = sinkByHand();
      write(ROWS);
      expect(answer(kind)).toEqual({ kind: 'failed', cause });
    }
  });
});

describe('recovery', () => {
  function recovering() {
    const hand = sinkByHand();
    restoreTwoPhaseSink(hand.sink, twoPhaseSinkState(preparedSink().sink));
    startProducer(hand.sink, hand.port);
    return hand;
  }
  const open = [
    { transaction: T1, prepared: true, checkpoint: 1 },
    { transaction: 'sink[0]-5-9', prepared: true, checkpoint: 2 },
    { transaction: 'sink[0]-5-8', prepared: false, checkpoint: 0 },
  ];

  test('what the state names is committed, everything else that is open aborted', () => {
    const { sink, port, answer } = recovering();
    expect(linesOf(port.asked)).toEqual(['startProducer']);
    expect(answer('producerStarted', { open })).toEqual({ kind: 'nothing' });
    expect(linesOf(port.asked).slice(1)).toEqual([
      `commitTransaction ${T1}`,
      'abortTransaction sink[0]-5-9',
      'abortTransaction sink[0]-5-8',
    ]);
    expect(answer('transactionCommitted')).toEqual({ kind: 'nothing' });
    expect(answer('transactionAborted')).toEqual({ kind: 'nothing' });
    expect(answer('transactionUnknown')).toEqual({ kind: 'ready' });
    expect(pendingOf(sink)).toEqual([]);
    expect(port.moments).toEqual(['recovered 1']);
  });

  test('a pending one is committed even if the broker does not list it', () => {
    const { port, answer } = recovering();
    expect(answer('producerStarted', { open: [] })).toEqual({ kind: 'nothing' });
    expect(linesOf(port.asked).slice(1)).toEqual([`commitTransaction ${T1}`]);
    expect(answer('transactionCommitted')).toEqual({ kind: 'ready' });
  });

  test('one that must be there and is not: the task fails', () => {
    const { answer } = recovering();
    answer('producerStarted', { open: [] });
    const cause = 'unknown: ' + T1;
    expect(answer('transactionUnknown')).toEqual({ kind: 'failed', cause });
  });

  test('with nothing to do the sink is ready at once', () => {
    const { sink, port, answer } = sinkByHand();
    startProducer(sink, port);
    expect(answer('unavailable')).toEqual({ kind: 'nothing' });
    expect(answer('producerStarted', { open: [] })).toEqual({ kind: 'ready' });
  });

  test('a task that ends aborts what it has open, and nothing that is prepared', () => {
    const { sink, port, write } = preparedSink();
    abandonSink(sink, port);
    expect(linesOf(port.asked)).not.toContain(`abortTransaction ${T1}`);
    write(ROWS);
    abandonSink(sink, port);
    expect(linesOf(port.asked).at(-1)).toBe(`abortTransaction ${T2}`);
  });
});
