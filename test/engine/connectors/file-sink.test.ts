/**
 * Goal: rows are in finished files if and only if their checkpoint completed. Method: the sink by
 * hand, one answer at a time; and, as a property, against a file system in small under random
 * rows, snapshots, notices, failures and restores.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fileSinkAnswered,
  fileSinkOf,
  fileSinkState,
  finishUpTo,
  prepareFileSink,
  restoreFileSink,
  startFileSink,
  takesFileRows,
  writeFileRow,
} from '../../../src/engine/connectors/file-sink.js';
import type { ConnectorOutcome } from '../../../src/engine/connectors/port.js';
import type { FileSink } from '../../../src/job/job-graph.js';
import { blockOf } from '../../../src/job/row.js';
import type { Words } from '../../../src/kernel/actor.js';
import type { FileAnswer } from '../../../src/kernel/protocols.js';
import { portByHand, type Asked } from './hand.js';

const ROWS = 2;

function sinkByHand(options: Partial<FileSink> = {}, attempt = 5) {
  const base = { kind: 'fileSink', directory: 'out', rollRows: undefined } as const;
  const port = portByHand(attempt);
  const sink = fileSinkOf({ ...base, rollOnCheckpoint: false, ...options }, 'sink', 0, attempt);
  let next = 0;
  return {
    ...{ sink, port },
    write: (...values: number[]) => {
      for (const value of values) {
        const words = blockOf([value]);
        writeFileRow(sink, port, ROWS, words, 1, words.length);
      }
    },
    prepare: (checkpoint: number, isLast = false) =>
      prepareFileSink(sink, port, checkpoint, isLast),
    /** Answers the oldest request that has no answer yet. */
    answer: (kind: FileAnswer['kind'] | undefined): ConnectorOutcome => {
      const { tag } = port.asked[next] as Asked;
      next += 1;
      const answer = { kind, subject: 0, request: 1, by: 9 } as FileAnswer;
      return fileSinkAnswered(sink, port, tag, kind && answer);
    },
  };
}

const linesOf = (asked: readonly Asked[]) =>
  asked.map(({ body }) =>
    [body.kind, body['name'], body['offset'] ?? body['length']].map(String).join(' '),
  );
const FIRST = 'part-sink[0]-5-1';
const SECOND = 'part-sink[0]-5-2';

describe('files', () => {
  test('rows are appended where the last ones ended, one request at a time', () => {
    const { write, answer, port } = sinkByHand();
    write(1, 2, 3, 4, 5);
    expect(linesOf(port.asked)).toEqual([`appendToFile ${FIRST} 0`]);
    expect(answer('fileAppended')).toEqual({ kind: 'goOn' });
    expect(linesOf(port.asked)).toEqual([`appendToFile ${FIRST} 0`, `appendToFile ${FIRST} 4`]);
    expect(port.asked.every(({ twice }) => twice)).toBe(true);
  });

  test('a file that is full is closed, and the next row begins another', () => {
    const { write, answer, port } = sinkByHand({ rollRows: 3 });
    write(1, 2, 3, 4, 5);
    for (let step = 0; step < 3; step += 1) answer('fileAppended');
    expect(linesOf(port.asked)).toEqual([
      ...[`appendToFile ${FIRST} 0`, `appendToFile ${FIRST} 4`, `closeFile ${FIRST} 6`],
      `appendToFile ${SECOND} 0`,
    ]);
  });

  test('a sink with much to ask takes no more rows', () => {
    const { sink, write } = sinkByHand();
    write(...Array.from({ length: 7 * ROWS }, () => 1));
    expect(takesFileRows(sink)).toBe(true);
    write(1, 2);
    expect(takesFileRows(sink)).toBe(false);
  });
});

describe('a checkpoint', () => {
  test('waits for the appends; what is in progress stays so', () => {
    const { sink, write, prepare, answer, port } = sinkByHand();
    write(1);
    expect(prepare(1).kind).not.toBe('prepared');
    expect(answer('fileAppended')).toEqual({ kind: 'prepared', checkpoint: 1 });
    expect(sink.current).toEqual({ name: FIRST, length: 2, rows: 1 });
    expect(finishUpTo(sink, port, 1)).toEqual({ kind: 'committed', checkpoint: 1 });
    expect(port.moments).toEqual(['prepared 1']);
  });

  test.each([
    ['that rolls', { rollOnCheckpoint: true }, false],
    ['at the end of the input', {}, true],
  ])('%s closes the file, and its notice finishes it', (_, options, isLast) => {
    const { sink, write, prepare, answer, port } = sinkByHand(options);
    write(1);
    prepare(1, isLast);
    answer('fileAppended');
    expect(answer('fileClosed')).toEqual({ kind: 'prepared', checkpoint: 1 });
    expect(finishUpTo(sink, port, 1)).toEqual({ kind: 'nothing' });
    expect(linesOf(port.asked).at(-1)).toBe(`finishFile ${FIRST} 2`);
    expect(answer('fileFinished')).toEqual({ kind: 'committed', checkpoint: 1 });
    expect(port.moments).toEqual(['prepared 1', 'commitSent 1', 'committed 1']);
  });

  test('without rows need not wait', () => {
    expect(sinkByHand({ rollOnCheckpoint: true }).prepare(1).kind).toBe('prepared');
  });
});

describe('refusals', () => {
  test('what was refused is asked again, so many times and no more', () => {
    const { write, answer, port } = sinkByHand();
    write(1, 2);
    expect(answer('unavailable')).toEqual({ kind: 'nothing' });
    expect(answer('unavailable')).toEqual({ kind: 'nothing' });
    expect(answer('unavailable')).toEqual({ kind: 'failed', cause: 'refused: append' });
    expect(port.asked).toHaveLength(3);
  });

  test('fenced, unknown or unanswered: the task fails', () => {
    for (const [kind, cause] of [
      ['fileFenced', 'fileFenced at append'],
      ['fileUnknown', 'fileUnknown at append'],
      [undefined, 'no answer to append'],
    ] as const) {
      const { write, answer } = sinkByHand();
      write(1, 2);
      expect(answer(kind)).toEqual({ kind: 'failed', cause });
    }
  });
});

describe('recovery', () => {
  function restored(write: readonly number[], options: Partial<FileSink> = {}) {
    const before = sinkByHand(options);
    before.write(...write);
    before.prepare(1);
    while (before.sink.preparing !== undefined) {
      const { body } = before.port.asked.at(-1) as Asked;
      before.answer(body.kind === 'closeFile' ? 'fileClosed' : 'fileAppended');
    }
    const hand = sinkByHand(options, 6);
    restoreFileSink(hand.sink, fileSinkState(before.sink));
    return hand;
  }

  test('the file in progress is cut to its length and goes on', () => {
    const { sink, port, answer, write } = restored([1]);
    expect(startFileSink(sink, port)).toEqual({ kind: 'nothing' });
    expect(linesOf(port.asked)).toEqual([`reopenFile ${FIRST} 2`]);
    expect(answer('fileReopened')).toEqual({ kind: 'ready' });
    write(2, 3);
    expect(linesOf(port.asked).at(-1)).toBe(`appendToFile ${FIRST} 2`);
  });

  test('pending files are finished before a row is taken; new ones have other names', () => {
    const { sink, port, answer, write } = restored([1, 2, 3], { rollRows: 2 });
    expect(startFileSink(sink, port)).toEqual({ kind: 'nothing' });
    expect(linesOf(port.asked)).toEqual([`finishFile ${FIRST} 4`, `reopenFile ${SECOND} 2`]);
    expect(answer('fileFinished')).toEqual({ kind: 'nothing' });
    expect(answer('fileReopened')).toEqual({ kind: 'ready' });
    write(4, 5, 6);
    for (const kind of ['fileAppended', 'fileClosed'] as const) answer(kind);
    expect(linesOf(port.asked).at(-1)).toBe('appendToFile part-sink[0]-6-1 0');
  });

  test('in whatever order the two are answered', () => {
    const { sink, port } = restored([1, 2, 3], { rollRows: 2 });
    startFileSink(sink, port);
    const tell = (at: number, kind: FileAnswer['kind']) => {
      const answer = { kind, subject: 0, request: 1 } as FileAnswer;
      return fileSinkAnswered(sink, port, (port.asked[at] as Asked).tag, answer);
    };
    expect(tell(1, 'fileReopened')).toEqual({ kind: 'nothing' });
    expect(tell(0, 'fileFinished')).toEqual({ kind: 'ready' });
  });

  test('with nothing in the state the sink is ready at once', () => {
    const { sink, port } = sinkByHand();
    expect(startFileSink(sink, port)).toEqual({ kind: 'ready' });
    expect(port.moments).toEqual(['recovered 0']);
  });
});

/** Files as the sink's service keeps them, and every request done at once. */
function filesInSmall() {
  const hidden = new Map<string, number[]>();
  const finished = new Map<string, readonly number[]>();
  const serve = ({ body }: Asked): FileAnswer['kind'] => {
    const name = String(body['name']);
    const file = hidden.get(name) ?? [];
    const length = Number(body['length']);
    switch (body.kind) {
      case 'appendToFile':
        expect(file.length).toBe(body['offset']);
        hidden.set(name, [...file, ...(body['words'] as Words)]);
        return 'fileAppended';
      case 'closeFile':
        expect(file.length).toBe(length);
        return 'fileClosed';
      case 'reopenFile':
        hidden.set(name, file.slice(0, length));
        return 'fileReopened';
      default:
        if (!finished.has(name)) finished.set(name, file.slice(0, length));
        hidden.delete(name);
        return 'fileFinished';
    }
  };
  return { serve, values: () => [...finished.values()].flat().filter((_, at) => at % 2 === 1) };
}

const doings = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('write' as const), rows: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constantFrom('complete', 'abort', 'fail'), rows: fc.constant(0) }),
  ),
  { maxLength: 40 },
);

test('whatever happens, finished files hold each row up to the last checkpoint once', () => {
  const roll = fc.record({
    rollRows: fc.option(fc.integer({ min: 1, max: 7 }), { nil: undefined }),
    rollOnCheckpoint: fc.boolean(),
  });
  fc.assert(
    fc.property(roll, doings, (options, steps) => {
      const files = filesInSmall();
      let [attempt, row, checkpoint] = [1, 0, 0];
      let retained: { words: Words; row: number } | undefined;
      let hand = sinkByHand(options, attempt);
      const serveAll = () => {
        for (let asked = hand.port.asked[0]; asked !== undefined; asked = hand.port.asked[0]) {
          hand.port.asked.shift();
          const answer = { kind: files.serve(asked), subject: 0, request: 1 } as FileAnswer;
          fileSinkAnswered(hand.sink, hand.port, asked.tag, answer);
        }
      };
      const snapshot = (isLast: boolean) => {
        checkpoint += 1;
        hand.prepare(checkpoint, isLast);
        serveAll();
        return { words: fileSinkState(hand.sink), row };
      };
      const complete = (isLast: boolean) => {
        retained = snapshot(isLast);
        finishUpTo(hand.sink, hand.port, checkpoint);
        serveAll();
      };
      for (const { kind, rows } of steps) {
        for (let count = 0; count < rows; count += 1) hand.write((row += 1));
        serveAll();
        if (kind === 'complete') complete(false);
        else if (kind === 'abort') snapshot(false);
        else if (kind === 'fail') {
          hand = sinkByHand(options, (attempt += 1));
          row = retained?.row ?? 0;
          if (retained !== undefined) restoreFileSink(hand.sink, retained.words);
          startFileSink(hand.sink, hand.port);
          serveAll();
        }
        const visible = files.values();
        expect(new Set(visible).size).toBe(visible.length);
        expect(visible.every((value) => value <= (retained?.row ?? 0))).toBe(true);
      }
      complete(true);
      const all = Array.from({ length: row }, (_, at) => at + 1);
      expect(files.values().sort((one, other) => one - other)).toEqual(all);
    }),
  );
});
