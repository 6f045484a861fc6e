/** Disks: what survives which crash, and what a failing or slow disk answers. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Misfortune } from '../../src/faults/fault.js';
import type { Out } from '../../src/kernel/actor.js';
import { at, linesOf, range, run, type Actor, type Play } from './stage.js';

const gone = (silent: boolean): Misfortune => ({
  kind: 'crash',
  process: 'a',
  silent,
  restartAfter: 10_000,
});

/** Does `first` in its first life, reads the file in its second; returns what it read. */
function readBack(first: (out: Out) => void, what: Misfortune, more: Partial<Play> = {}): number[] {
  let found: number[] = [];
  const actor: Actor = (event, out) => {
    if (event.kind === 'started' && event.incarnation === 1) first(out);
    if (event.kind === 'started' && event.incarnation === 2) out.read('file', 9);
    if (event.kind === 'diskAnswered' && event.token === 9) found = [...(event.words ?? [])];
  };
  run({ actors: { a: actor, b: () => undefined }, faults: [at(5_000, what)], ...more });
  return found;
}

const words = (from: number, to: number) => Int32Array.from(range(from, to));

test('requests are answered after their time, and a read gives the whole file', () => {
  let found: number[] = [];
  const played = run({
    actors: {
      a: (event, out) => {
        if (event.kind === 'started') {
          out.append('file', Int32Array.of(1, -2), 1);
          out.append('other', Int32Array.of(7), 2);
          out.append('file', Int32Array.of(3), 3);
          out.sync('file', 4);
          out.read('file', 5);
          out.read('none', 6);
        }
        if (event.kind === 'diskAnswered' && event.token === 5) found = [...(event.words ?? [])];
        if (event.kind === 'diskAnswered' && event.token !== 5)
          expect(event.words).toEqual(event.token === 6 ? new Int32Array(0) : undefined);
      },
    },
  });
  expect(found).toEqual([1, -2, 3]);
  expect(linesOf(played, 'a')).toEqual([
    '0 started 1',
    '10 disk 1 done',
    '10 disk 2 done',
    '10 disk 3 done',
    '100 disk 5 done',
    '100 disk 6 done',
    '500 disk 4 done',
  ]);
});

test('what was synced survives the machine; the rest is torn at a place that is drawn', () => {
  const kept = range(0, 40).map((key) => {
    const found = readBack(
      (out) => {
        out.append('file', words(0, 10), 1);
        out.sync('file', 2);
        out.append('file', words(10, 30), 3);
      },
      gone(true),
      { key },
    );
    expect(found).toEqual(range(0, found.length));
    return found.length;
  });
  expect(Math.min(...kept)).toBeGreaterThanOrEqual(10);
  expect(Math.max(...kept)).toBeLessThanOrEqual(30);
  expect(new Set(kept).size).toBeGreaterThan(10);
});

test('what the disk kept of an unsynced part stays kept', () => {
  const lengths: number[] = [];
  run({
    actors: {
      a: (event, out) => {
        if (event.kind === 'started' && event.incarnation === 1)
          out.append('file', words(0, 1_000), 1);
        if (event.kind === 'started' && event.incarnation > 1) out.read('file', 9);
        if (event.kind === 'diskAnswered') lengths.push(event.words?.length ?? -1);
      },
    },
    faults: [at(5_000, gone(true)), at(20_000, gone(true))],
  });
  expect(lengths[2]).toBe(lengths[1]);
  expect(lengths[1]).toBeLessThan(1_000);
});

test('a crash of the process alone loses nothing', () => {
  const found = readBack((out) => out.append('file', words(0, 30), 1), gone(false));
  expect(found).toEqual(range(0, 30));
});

test('a sync makes durable what was appended before it, no more, and only when it is done', () => {
  const syncing = (out: Out) => {
    out.append('file', words(0, 10), 1);
    out.sync('file', 2);
  };
  const kept = (syncMicros: number) =>
    range(0, 20).map(
      (key) =>
        readBack(syncing, gone(true), {
          key,
          disk: { syncMicrosMin: syncMicros, syncMicrosMax: syncMicros },
        }).length,
    );
  expect(new Set(kept(4_999))).toEqual(new Set([10]));
  expect(Math.min(...kept(5_001))).toBeLessThan(10);
});

test('two disks, and two files of one disk, do not tear alike', () => {
  const lengths = new Map<string, number>();
  const writer =
    (name: string): Actor =>
    (event, out) => {
      if (event.kind === 'started' && event.incarnation === 1)
        for (const file of ['x', 'y']) out.append(file, words(0, 10_000), 0);
      if (event.kind === 'started' && event.incarnation === 2)
        ['x', 'y'].forEach((file, token) => out.read(file, token + 1));
      if (event.kind === 'diskAnswered' && event.token > 0)
        lengths.set(`${name} ${event.token}`, event.words?.length ?? -1);
    };
  run({
    actors: { a: writer('a'), b: writer('b') },
    faults: [at(5_000, gone(true)), at(5_000, { ...gone(true), process: 'b' } as Misfortune)],
  });
  expect(new Set(lengths.values()).size).toBe(4);
});

test('a failing disk refuses appends and syncs, and what it refused is not there', () => {
  const answers: string[] = [];
  run({
    actors: {
      a: (event, out) => {
        if (event.kind === 'started') out.setTimer(2_000, { kind: 'write', subject: 1 });
        if (event.kind === 'elapsed') {
          out.append('file', words(0, 5), 1);
          out.sync('file', 2);
          out.read('file', 3);
        }
        if (event.kind === 'diskAnswered')
          answers.push(`${event.token} ${event.outcome} ${event.words?.length ?? '-'}`);
      },
    },
    faults: [at(1_000, { kind: 'failingDisk', process: 'a', duration: 5_000 })],
  });
  expect(answers).toEqual(['1 failed -', '3 done 0', '2 failed -']);
});

test('a sync that failed makes nothing durable', () => {
  const kept = range(0, 20).map((key) => {
    let length = -1;
    run({
      key,
      actors: {
        a: (event, out) => {
          if (event.kind === 'started' && event.incarnation === 1) {
            out.append('file', words(0, 10), 1);
            out.setTimer(2_000, { kind: 'sync', subject: 0 });
          }
          if (event.kind === 'elapsed') out.sync('file', 2);
          if (event.kind === 'started' && event.incarnation === 2) out.read('file', 9);
          if (event.kind === 'diskAnswered' && event.token === 9)
            length = event.words?.length ?? -1;
        },
      },
      faults: [
        at(1_000, { kind: 'failingDisk', process: 'a', duration: 3_000 }),
        at(5_000, gone(true)),
      ],
    });
    return length;
  });
  expect(Math.min(...kept)).toBeLessThan(10);
});

test('a slow disk takes its factor longer; of overlapping ones the worst counts', () => {
  const reader: Actor = (event, out) => {
    if (event.kind === 'started')
      for (const subject of [500, 1_500, 2_500, 3_500])
        out.setTimer(subject, { kind: 'read', subject });
    if (event.kind === 'elapsed') out.read('file', event.timer.subject);
  };
  const slow = { kind: 'slowDisk', process: 'a', duration: 2_000 } as const;
  const played = run({
    actors: { a: reader },
    faults: [at(1_000, { ...slow, factor: 3 }), at(2_000, { ...slow, factor: 5 })],
  });
  expect(linesOf(played, 'a').filter((line) => line.includes('disk'))).toEqual([
    '600 disk 500 done',
    '1800 disk 1500 done',
    '3000 disk 2500 done',
    '4000 disk 3500 done',
  ]);
});

test('a machine that goes keeps of each file a prefix with all that was synced', () => {
  const write = fc.record({ words: fc.nat({ max: 20 }), synced: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(write, { maxLength: 12 }),
      fc.nat(),
      fc.boolean(),
      (writes, key, silent) => {
        const synced = writes.findLastIndex((one) => one.synced);
        const until = (end: number) =>
          writes.slice(0, end).reduce((sum, one) => sum + one.words, 0);
        const found = readBack(
          (out) => {
            writes.forEach((one, index) => {
              out.append('file', words(until(index), until(index + 1)), 1);
              if (one.synced) out.sync('file', 2);
            });
          },
          gone(silent),
          { key },
        );
        expect(found).toEqual(range(0, found.length));
        expect(found.length).toBeGreaterThanOrEqual(until(silent ? synced + 1 : writes.length));
      },
    ),
  );
});
