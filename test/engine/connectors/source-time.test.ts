/**
 * What a source says of time, and which of its splits wait for others: each split by its own, and
 * none is idle while it may not go on.
 */
import { describe, expect, test } from 'vitest';
import { alignSplits, noteTime, sourceTimeOf } from '../../../src/engine/connectors/source-time.js';
import {
  hearEnumerator,
  restoreSplits,
  sourceOf,
  splitsState,
  takeNextBlock,
  type SourceInstance,
  type Split,
} from '../../../src/engine/connectors/split-source.js';
import { encodeDown } from '../../../src/engine/coordination/source-events.js';
import { edgeOf } from '../../../src/job/coordination.js';
import type { SourceOperator } from '../../../src/job/job-graph.js';

const IDLE = 100;
const alignment = { group: 'g', maxDrift: 10, updateMicros: 1_000 };
const operator: SourceOperator = {
  ...{ kind: 'source', topic: 'in', partitions: 2 },
  watermarks: { field: 0, outOfOrderness: 4, idleMicros: IDLE, alignment },
};
const edge = edgeOf('in', 'in[0]');

/** A source of two splits, and each of them. */
function twoSplits(): readonly [SourceInstance, Split, Split] {
  const source = sourceOf(operator, edge, 7);
  hearEnumerator(source, encodeDown({ kind: 'addSplits', splits: [0, 1] }));
  const [first, second] = source.splits as [Split, Split];
  return [source, first, second];
}

function allow(source: SourceInstance, watermark: number): string[] {
  hearEnumerator(source, encodeDown({ kind: 'watermarkAllowed', watermark }));
  return alignSplits(source).map(({ index, paused }) => `${index} ${paused ? 'waits' : 'goes on'}`);
}

describe('alignment', () => {
  test('nobody waits before something is allowed, nor a split that has given nothing', () => {
    const [source, first] = twoSplits();
    noteTime(first, 1_000);
    expect(alignSplits(source)).toEqual([]);
    expect(allow(source, 0)).toEqual(['0 waits']);
  });

  test('a split waits while its own watermark is beyond what is allowed', () => {
    const [source, first, second] = twoSplits();
    noteTime(first, 26);
    noteTime(second, 25);
    expect(allow(source, 20)).toEqual(['0 waits']);
    expect(allow(source, 20)).toEqual([]);
    expect(allow(source, 21)).toEqual(['0 goes on']);
    expect(allow(source, 5)).toEqual(['0 waits', '1 waits']);
  });

  test('blocks of splits that wait are passed over, and stay', () => {
    const [source, first, second] = twoSplits();
    const block = (split: Split) => ({ split, words: new Int32Array(0), rows: 1 });
    source.blocks.push(block(first), block(second), block(first));
    first.paused = true;
    expect(takeNextBlock(source)?.split).toBe(second);
    expect(takeNextBlock(source)).toBeUndefined();
    first.paused = false;
    expect(takeNextBlock(source)?.split).toBe(first);
    expect(source.blocks).toHaveLength(1);
  });

  test('a split at its end waits for nobody', () => {
    const [source, first] = twoSplits();
    noteTime(first, 100);
    expect(allow(source, 0)).toEqual(['0 waits']);
    first.ended = true;
    expect(allow(source, 0)).toEqual(['0 goes on']);
  });

  test('a reader that is restored does not wait: nothing of it is stored', () => {
    const [source, first] = twoSplits();
    noteTime(first, 100);
    allow(source, 0);
    const restored = sourceOf(operator, edge, 8);
    restoreSplits(restored, splitsState(source, 1));
    expect(restored.splits.map(({ paused }) => paused)).toEqual([false, false]);
    noteTime(restored.splits[0] as Split, 100);
    expect(alignSplits(restored)).toEqual([]);
  });
});

describe('idleness', () => {
  test('a split that waits for its group is not idle, however long', () => {
    const [source, first, second] = twoSplits();
    noteTime(first, 50);
    noteTime(second, 10);
    expect(sourceTimeOf(source, 0, false)).toEqual({ kind: 'watermark', watermark: 5 });
    first.paused = true;
    expect(sourceTimeOf(source, IDLE, false)).toEqual({ kind: 'watermark', watermark: 45 });
    expect(sourceTimeOf(source, 9 * IDLE, false)).toEqual({ kind: 'watermark', watermark: 45 });
    first.paused = false;
    expect(sourceTimeOf(source, 10 * IDLE - 1, false)).toMatchObject({ kind: 'watermark' });
    expect(sourceTimeOf(source, 10 * IDLE, false)).toEqual({ kind: 'idle' });
  });

  test('nothing is idle while the source may not emit', () => {
    const [source, first, second] = twoSplits();
    noteTime(first, 50);
    noteTime(second, 10);
    const low = { kind: 'watermark', watermark: 5 };
    expect(sourceTimeOf(source, 0, false)).toEqual(low);
    expect(sourceTimeOf(source, 5 * IDLE, true)).toEqual(low);
    expect(sourceTimeOf(source, 6 * IDLE - 1, false)).toEqual(low);
    expect(sourceTimeOf(source, 6 * IDLE, false)).toEqual({ kind: 'idle' });
  });
});
