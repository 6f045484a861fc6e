/**
 * Goal: the law convicts when a split is nowhere or in two places at a completed checkpoint, and
 * acquits every way in which it may be handed over. Method: stored custody and pointers by hand.
 */
import { describe, expect, test } from 'vitest';
import { encodeCustody, type SplitState } from '../../src/history/custody.js';
import type { Entry } from '../../src/history/entry.js';
import { entry, judge, metadataName, pointer, told } from './stage.js';

type Held = Readonly<Record<number, SplitState>>;

function holder(name: string, held: Held, checkpoint = 1): Entry {
  const splits = Object.entries(held).map(([split, state]) => {
    return { split: Number(split), state, offset: 0 };
  });
  const words = Int32Array.of(7, ...encodeCustody({ holder: name, checkpoint, splits }));
  const isCoordinator = name === 'source.coordinator';
  const object = isCoordinator ? metadataName(checkpoint) : `chk-${checkpoint}/${name}`;
  return entry('objectWritten', 0, object, { words, by: 'somebody' });
}

/** The verdict on one checkpoint: what the enumerator says, and the two readers. */
function verdictOn(enumerator: Held, first: Held = {}, second: Held = {}): string {
  const parts = [
    holder('source[0].reader', first),
    holder('source[1].reader', second),
    holder('source.coordinator', enumerator),
  ];
  return told(judge('split-custody', [...parts, pointer(1)]));
}

describe('acquits', () => {
  test.each<[string, Held, Held, Held]>([
    ['a split to be dealt out', { 0: 'unassigned' }, {}, {}],
    ['one that was dealt out', { 0: 'assigned' }, { 0: 'held' }, {}],
    ['one that was read to its end, and both know it', { 0: 'finished' }, { 0: 'finished' }, {}],
    ['one of which only the reader knows it', { 0: 'assigned' }, {}, { 0: 'finished' }],
    ['one of which only the enumerator knows it', { 0: 'finished' }, {}, {}],
  ])('%s', (_what, enumerator, first, second) => {
    expect(verdictOn(enumerator, first, second)).toBe('holds, 1 judged');
  });

  test('what did not complete', () => {
    const parts = [holder('source.coordinator', { 0: 'assigned' })];
    expect(told(judge('split-custody', parts))).toBe('holds, 0 judged');
    const next = holder('source.coordinator', { 0: 'unassigned' }, 2);
    expect(told(judge('split-custody', [...parts, next, pointer(2)]))).toBe('holds, 1 judged');
  });
});

describe('convicts', () => {
  test('a split that is nowhere', () => {
    expect(verdictOn({ 0: 'assigned', 1: 'unassigned' })).toMatchInlineSnapshot(`
      "violated, 1 judged, at 3
      split in/0 at checkpoint 1 is nowhere: assigned, and no reader has it
      about checkpoint 1; split in/0
      proved by objectWritten 0, objectWritten 0, objectWritten 0, valueWritten 1"
    `);
  });

  test('a split in two places', () => {
    expect(verdictOn({ 0: 'assigned' }, { 0: 'held' }, { 0: 'held' })).toMatchInlineSnapshot(`
      "violated, 1 judged, at 3
      split in/0 at checkpoint 1 is in several places: source[0].reader and
      source[1].reader
      about checkpoint 1; split in/0; source[0].reader; source[1].reader
      proved by objectWritten 0, objectWritten 0, objectWritten 0, valueWritten 1"
    `);
    expect(verdictOn({ 0: 'unassigned' }, { 0: 'held' })).toContain('source[0].reader');
    expect(verdictOn({ 0: 'finished' }, { 0: 'held' })).toContain('and finished');
  });

  test('a split that the enumerator does not know', () => {
    const verdict = verdictOn({ 0: 'unassigned' }, { 4: 'held' });
    expect(verdict).toContain('not known to');
  });
});
