/**
 * Goal: the law convicts when an event between coordinator and subtask crosses the cut, and acquits
 * what readers can cope with. Method: stored frames and pointers written by hand.
 */
import { describe, expect, test } from 'vitest';
import { frameOf, tallyOf, withEvent, type Tally } from '../../src/history/witness.js';
import { edgeOf } from '../../src/job/coordination.js';
import type { Entry } from '../../src/history/entry.js';
import type { Words } from '../../src/kernel/actor.js';
import { entry, judge, metadataName, pointer, told } from './stage.js';

const edges = [0, 1].map((index) => edgeOf('source', `source[${index}]`));

/** The tally of a channel over which these events went. */
function tally(channel: string, events: readonly number[]): Tally {
  let passed = tallyOf(channel);
  for (const event of events) passed = withEvent(passed, Int32Array.of(event));
  return passed;
}

type Passed = Readonly<{ down: readonly number[]; up: readonly number[] }>;
const nothing: Passed = { down: [], up: [] };

/** The metadata of a checkpoint, with the coordinator's end of both edges in it. */
function metadata(checkpoint: number, ...ends: readonly Passed[]): Entry {
  return metadataWith(checkpoint, ends, []);
}

/** The same with the ends of readers that have finished. */
function metadataWith(
  checkpoint: number,
  ends: readonly Passed[],
  finished: readonly Passed[],
): Entry {
  const witness = {
    ...{ subtask: 'source.coordinator', attempt: 0 },
    inputs: edges.map(({ up }, index) => tally(up, (ends[index] ?? nothing).up)),
    outputs: edges.map(({ down }, index) => tally(down, (ends[index] ?? nothing).down)),
  };
  const over = finished.flatMap((end, index) => [...frameOfReader(checkpoint, index, end)]);
  const words = Int32Array.of(1, 2, ...over, ...frameOf(witness, checkpoint), 3);
  return entry('objectWritten', 0, metadataName(checkpoint), { words, by: 'job-manager-0' });
}

/** What a source knows of its end of the edge. */
function frameOfReader(checkpoint: number, index: number, { down, up }: Passed): Words {
  const edge = edges[index] as (typeof edges)[number];
  const inputs = [tally(edge.down, down)];
  const outputs = [tally(edge.up, up)];
  return frameOf({ subtask: edge.reader, attempt: 7, inputs, outputs }, checkpoint);
}

/** The snapshot of a source with its end of the edge. */
function snapshot(checkpoint: number, index: number, end: Passed = nothing): Entry {
  const words = frameOfReader(checkpoint, index, end);
  const name = `chk-${checkpoint}/source[${index}]`;
  return entry('objectWritten', 0, name, { words, by: 'task-manager-0' });
}

const verdictOn = (...entries: readonly Entry[]) => told(judge('operator-cut', entries));
/** In one line. */
const lineOn = (...entries: readonly Entry[]) => verdictOn(...entries).replaceAll('\n', ' ');

describe('acquits', () => {
  test('both ends of each edge alike', () => {
    const end = { down: [1, 2], up: [5] };
    const parts = [snapshot(1, 0, end), snapshot(1, 1), metadata(1, end)];
    expect(verdictOn(...parts, pointer(1))).toBe('holds, 2 judged');
  });

  test('events upwards that the coordinator has not heard: readers cope', () => {
    const said = { down: [1], up: [5, 6] };
    const heard = { down: [1], up: [5] };
    const parts = [snapshot(1, 0, said), snapshot(1, 1), metadata(1, heard)];
    expect(verdictOn(...parts, pointer(1))).toBe('holds, 2 judged');
  });

  test('checkpoints that do not complete, and each pointer once', () => {
    const torn = [snapshot(1, 0, { down: [1], up: [] }), snapshot(1, 1), metadata(1)];
    expect(verdictOn(...torn)).toBe('holds, 0 judged');
    const whole = [snapshot(2, 0), snapshot(2, 1), metadata(2)];
    expect(verdictOn(...torn, ...whole, pointer(2), pointer(1))).toBe('holds, 2 judged');
  });
});

describe('convicts', () => {
  test('an event that was sent before and received after', () => {
    const parts = [snapshot(1, 0), snapshot(1, 1), metadata(1, { down: [1], up: [] })];
    expect(verdictOn(...parts, pointer(1))).toMatchInlineSnapshot(`
      "violated, 1 judged, at 3
      events between source.coordinator and source[0] at checkpoint 1: sent down: 1,
      received: 0
      about checkpoint 1; source.coordinator; source[0]
      proved by objectWritten 0, objectWritten 0, valueWritten 1"
    `);
  });

  test('one that was sent after and received before', () => {
    const parts = [snapshot(1, 0), snapshot(1, 1, { down: [9], up: [] }), metadata(1)];
    expect(verdictOn(...parts, pointer(1))).toMatchInlineSnapshot(`
      "violated, 2 judged, at 3
      events between source.coordinator and source[1] at checkpoint 1: sent down: 0,
      received: 1
      about checkpoint 1; source.coordinator; source[1]
      proved by objectWritten 0, objectWritten 0, valueWritten 1"
    `);
  });

  test('others, or in another order', () => {
    const received = { down: [2, 1], up: [] };
    const parts = [snapshot(1, 0, received), snapshot(1, 1)];
    const sent = metadata(1, { down: [1, 2], up: [] });
    expect(lineOn(...parts, sent, pointer(1))).toContain('but not the same in the same order');
  });

  test('an event upwards that was received before and sent after', () => {
    const parts = [snapshot(1, 0), snapshot(1, 1), metadata(1, { down: [], up: [5] })];
    expect(lineOn(...parts, pointer(1))).toContain('sent up: 0, received: 1');
  });

  test('an end that is not there, or whose object is gone', () => {
    const all = [snapshot(1, 0), snapshot(1, 1), metadata(1)];
    const gone = entry('objectDeleted', 0, metadataName(1));
    expect(lineOn(...all, gone, pointer(1))).toContain('the coordinator has no witness');
    expect(lineOn(...all.slice(1), pointer(1))).toContain('the subtask has no witness');
  });
});

describe('a reader that has finished', () => {
  const down = (...events: number[]): Passed => ({ down: events, up: [] });
  /** Checkpoint 1: it had received one event of the two that were sent. */
  const first = [snapshot(1, 1), metadataWith(1, [down(1, 2)], [down(1)]), pointer(1)];

  test('misses what is sent to it later, and nothing that was sent before', () => {
    expect(verdictOn(...first)).toBe('holds, 2 judged');
    const more = [snapshot(2, 1), metadataWith(2, [down(1, 2, 3)], [down(1)]), pointer(2)];
    expect(verdictOn(...first, ...more)).toBe('holds, 4 judged');
  });

  test('goes on without that where it is restored', () => {
    const restored = (...received: number[]) => [
      ...[
        snapshot(2, 0, down(...received)),
        snapshot(2, 1),
        metadata(2, down(1, 2, 3)),
        pointer(2),
      ],
    ];
    expect(verdictOn(...first, ...restored(1, 3))).toBe('holds, 4 judged');
    expect(lineOn(...first, ...restored(1))).toContain('sent down: 3, received: 1');
    expect(lineOn(...first, ...restored(1, 2, 3))).toContain('sent down: 3, received: 3');
  });

  test('has not received what was never sent', () => {
    const forged = [snapshot(1, 1), metadataWith(1, [down(1)], [down(1, 2)]), pointer(1)];
    expect(verdictOn(...forged)).toMatchInlineSnapshot(`
      "violated, 1 judged, at 2
      events between source.coordinator and source[0] at checkpoint 1: sent down: 1,
      received: 2
      about checkpoint 1; source.coordinator; source[0]
      proved by objectWritten 0, valueWritten 1"
    `);
    const early = metadataWith(1, [{ down: [], up: [5] }], [nothing]);
    expect(lineOn(snapshot(1, 1), early, pointer(1))).toContain('sent up: 0, received: 1');
  });

  test('is held to the events that it received, while it has missed none', () => {
    const whole = [snapshot(1, 1), metadataWith(1, [down(1, 2)], [down(1, 2)]), pointer(1)];
    expect(verdictOn(...whole)).toBe('holds, 2 judged');
    const swapped = [snapshot(1, 1), metadataWith(1, [down(1, 2)], [down(2, 1)]), pointer(1)];
    expect(lineOn(...swapped)).toContain('but not the same in the same order');
  });
});
