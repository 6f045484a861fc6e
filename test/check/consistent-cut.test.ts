import { describe, expect, test } from 'vitest';

import { encodeChannel } from '../../src/history/channel-state.js';
import { detailOf, type Entry } from '../../src/history/entry.js';
import type { Out } from '../../src/kernel/actor.js';
import {
  advance,
  advanceGroup,
  emptyGroup,
  hashRecord,
  markInput,
  takeWitness,
  tallyOf,
  witnessOf,
  type Tally,
} from '../../src/history/witness.js';
import { configuration, entry, judge, metadataName, pointer, pointerKey, told } from './stage.js';

type Records = readonly (readonly number[])[];

const out = { moment: () => undefined } as unknown as Out;
const left = 'source[0]->sum[0]';
const right = 'source[1]->sum[0]';
const down = 'sum[0]->sink[0]';

const some = [[1, 2], [3], [4, 5, 6]];
const others = [[9]];

/** What each channel's two ends and the key groups have counted at a cut. */
const even = {
  [`${left} sent`]: some,
  [`${left} received`]: some,
  [`${right} sent`]: others,
  [`${right} received`]: others,
  [`${down} sent`]: some,
  [`${down} received`]: some,
  groups: [...some, ...others],
};

function tally(channel: string, records: Records): Tally {
  const counted = tallyOf(channel);
  for (const record of records) add(counted, record);
  return counted;
}

function add(counted: Tally, record: readonly number[]): void {
  hashRecord(Int32Array.from(record), 0, record.length);
  advance(counted);
}

function groups(records: Records): number[] {
  const group = emptyGroup(3);
  for (const record of records) {
    hashRecord(Int32Array.from(record), 0, record.length);
    advanceGroup(group);
  }
  return [...group, 77, ...emptyGroup(4)];
}

/** The snapshots of all subtasks but those that have finished, and the metadata. */
function cut(
  checkpoint: number,
  counted: Partial<typeof even> = {},
  attempt = 1,
  finished: readonly string[] = [],
): Entry[] {
  const all: Record<string, Records> = { ...even, ...counted };
  const sides = (side: string, ...channels: string[]) =>
    channels.map((channel) => tally(channel, all[`${channel} ${side}`] ?? []));
  const witnesses = [
    { subtask: 'source[0]', inputs: [], outputs: sides('sent', left) },
    { subtask: 'source[1]', inputs: [], outputs: sides('sent', right) },
    { subtask: 'sum[0]', inputs: sides('received', left, right), outputs: sides('sent', down) },
    { subtask: 'sink[0]', inputs: sides('received', down), outputs: [] },
  ].map(({ subtask, ...counted }) => witnessOf(subtask, attempt, counted));
  const snapshots = witnesses.flatMap((witness) => {
    const { subtask } = witness;
    if (finished.includes(subtask)) return [];
    const more = subtask === 'sum[0]' ? groups(all['groups'] ?? []) : [];
    const words = Int32Array.from([8, ...takeWitness(out, witness, checkpoint), ...more]);
    return [written(`chk-${checkpoint}/${subtask}-${attempt}`, words)];
  });
  const over = witnesses.filter(({ subtask }) => finished.includes(subtask));
  const frames = over.flatMap((witness) => [...takeWitness(out, witness, checkpoint)]);
  const metadata = written(metadataName(checkpoint), Int32Array.of(checkpoint, ...frames));
  return [...snapshots, metadata];
}

const written = (name: string, words: Int32Array) =>
  entry('objectWritten', -1, name, { words, by: 'task-manager-0' });
const deleted = (name: string) => entry('objectDeleted', -1, name);

const verdictOn = (...entries: Entry[]) => told(judge('consistent-cut', entries));

test('cuts in which every channel is even hold', () => {
  const next = { [`${left} sent`]: others, [`${left} received`]: others };
  const both = [...cut(1), pointer(1), ...cut(3, { ...next, groups: [...others, ...others] }, 2)];
  expect(verdictOn(...both, pointer(3))).toBe('holds, 6 judged');
  expect(verdictOn(...both, ...cut(3, {}, 2), deleted('chk-1/_metadata'))).toBe('holds, 3 judged');
});

test('without a completed checkpoint nothing is judged', () => {
  const counter = entry('valueWritten', 1, 'checkpoint-id-counter', {
    words: Int32Array.of(2),
    version: 2,
    by: 'job-manager-0',
  });
  expect(verdictOn()).toBe('holds, 0 judged');
  expect(verdictOn(...cut(1).slice(0, 3), counter)).toBe('holds, 0 judged');
});

test('a record that was sent before the cut and not received is found', () => {
  const lost = { [`${left} received`]: some.slice(1), groups: [...some.slice(1), ...others] };
  expect(verdictOn(...cut(7, lost), pointer(7))).toMatchInlineSnapshot(`
    "violated, 1 judged, at 5
    channel source[0]->sum[0] at checkpoint 7: records sent: 3, received: 2
    about checkpoint 7; source[0]->sum[0]; source[0]; sum[0]
    proved by objectWritten -1, objectWritten -1, valueWritten 1"
  `);
});

test('as many records in another order, or others, are found', () => {
  const turned = { [`${down} received`]: [...some].reverse() };
  expect(verdictOn(...cut(7, turned), pointer(7))).toMatchInlineSnapshot(`
    "violated, 3 judged, at 5
    channel sum[0]->sink[0] at checkpoint 7: records sent and received: 3, but not the
    same in the same order
    about checkpoint 7; sum[0]->sink[0]; sum[0]; sink[0]
    proved by objectWritten -1, objectWritten -1, valueWritten 1"
  `);
  const other = { [`${right} received`]: [[8]], groups: [...some, [8]] };
  expect(verdictOn(...cut(7, other), pointer(7))).toContain(
    'checkpoint 7: records sent and received: 1,',
  );
});

test('a channel that one end has not counted is found', () => {
  const [first, second, , sink, metadata] = cut(7) as [Entry, Entry, Entry, Entry, Entry];
  const blind = witnessOf('sum[0]', 1, { inputs: [tally(left, some)], outputs: [] });
  const sum = written('chk-7/sum[0]', takeWitness(out, blind, 7));
  const all = [first, second, sum, sink, metadata, pointer(7)];
  expect(verdictOn(...all)).toContain(
    `${right} at checkpoint 7: the receiver has no witness of it`,
  );
});

describe('where barriers overtake records', () => {
  const lost = { [`${left} received`]: some.slice(0, 1), groups: [...some.slice(0, 1), ...others] };

  /** What the receiver and the sender have stored of a channel. */
  function stored(input: Records, output: Records, checkpoint = 7): Entry[] {
    const [source, second, sum, sink, metadata] = cut(7, lost) as [
      ...[Entry, Entry, Entry, Entry, Entry],
    ];
    const held = (side: 'input' | 'output', records: Records, of: Entry): Entry => {
      const block = Int32Array.from(records.flatMap((one) => [one.length, ...one]));
      const inFlight = [{ kind: 'records', words: block } as const];
      const frame = encodeChannel({ side, channel: left, checkpoint, inFlight });
      const { words } = detailOf(of, 'objectWritten');
      return written(of.about, Int32Array.from([...words, ...frame]));
    };
    const all = [held('output', output, source), second, held('input', input, sum), sink, metadata];
    return [...all, pointer(7)];
  }

  test('what is stored follows on what was received: first at the receiver', () => {
    const [, second = [], third = []] = some;
    expect(verdictOn(...stored([second], [third]))).toBe('holds, 3 judged');
    expect(verdictOn(...stored([second, third], []))).toBe('holds, 3 judged');
    expect(verdictOn(...stored([third], [second]))).toContain('but not the same in');
    expect(verdictOn(...stored([second], []))).toContain('sent: 3, received: 1, stored: 1');
    expect(verdictOn(...stored([second, third], [third]))).toContain('received: 1, stored: 3');
    expect(verdictOn(...stored([second], [third], 6))).toContain('sent: 3, received: 1');
  });
});

describe('where barriers hold no record back', () => {
  const repeating = {
    configuration: { ...configuration, checkpointingMode: 'AT_LEAST_ONCE' as const },
  };

  /** The receiver took its snapshot behind more records; they are in its key groups. */
  function ahead(isMarked: boolean, inGroups: Records): Entry[] {
    const [first, second, , sink, metadata] = cut(7) as [Entry, Entry, Entry, Entry, Entry];
    const inputs = [tally(left, some), tally(right, others)];
    const witness = witnessOf('sum[0]', 1, { inputs, outputs: [tally(down, some)] });
    markInput(witness, 0, 7);
    if (isMarked) markInput(witness, 1, 7);
    add(inputs[1] as Tally, [6]);
    const words = [...takeWitness(out, witness, 7), ...groups([...some, ...others, ...inGroups])];
    const sum = written('chk-7/sum[0]', Int32Array.from(words));
    return [first, second, sum, sink, metadata, pointer(7)];
  }
  const verdict = (entries: readonly Entry[]) =>
    told(judge('consistent-cut', entries, 'finished', repeating));

  test('a receiver may be ahead, and its key groups with it', () => {
    expect(verdict(ahead(true, [[6]]))).toBe('holds, 3 judged');
    expect(verdict(ahead(true, []))).toContain('hold 4 records, its inputs 5');
    expect(verdict([...cut(7), pointer(7)])).toBe('holds, 3 judged');
    expect(verdictOn(...ahead(true, [[6]]))).toContain('hold 5 records, its inputs 4');
  });

  test('one that does not say where the barrier stood is not, nor may it be behind', () => {
    expect(verdict(ahead(false, [[6]]))).toContain('records sent: 1, received: 2');
    const lost = { [`${left} received`]: some.slice(1), groups: [...some.slice(1), ...others] };
    expect(verdict([...cut(7, lost), pointer(7)])).toContain('records sent: 3, received: 2');
  });
});

test('key groups that do not count what came in are found', () => {
  expect(verdictOn(...cut(7, { groups: some }), pointer(7))).toMatchInlineSnapshot(`
    "violated, 3 judged, at 5
    the key groups of sum[0] at checkpoint 7 hold 3 records, its inputs 4
    about checkpoint 7; sum[0]
    proved by objectWritten -1, valueWritten 1"
  `);
  const other = verdictOn(...cut(7, { groups: [...some, [8]] }), pointer(7));
  expect(other).toContain('hold 4 records, its inputs as many, but\nothers');
});

test('a checkpoint without the snapshot of a subtask is found', () => {
  const [, ...rest] = cut(7);
  expect(verdictOn(...rest, pointer(7))).toMatchInlineSnapshot(`
    "violated, 0 judged, at 4
    checkpoint 7 completed without the snapshot of source[0]
    about checkpoint 7; source[0]
    proved by valueWritten 1"
  `);
  const gone = [...cut(7), deleted('chk-7/sink[0]-1'), pointer(7)];
  expect(verdictOn(...gone)).toContain('completed without the snapshot of sink[0]');
  const replaced = [...cut(7), written('chk-7/sink[0]-1', new Int32Array(3)), pointer(7)];
  expect(verdictOn(...replaced)).toContain('completed without the snapshot of sink[0]');
});

test('snapshots of two attempts make no checkpoint', () => {
  const [first] = cut(7, {}, 2) as [Entry];
  const [, ...rest] = cut(7);
  expect(verdictOn(first, ...rest, pointer(7))).toMatchInlineSnapshot(`
    "violated, 0 judged, at 5
    checkpoint 7 holds snapshots of two attempts: source[0] of attempt 2, source[1] of
    attempt 1
    about checkpoint 7; source[0]; source[1]
    proved by objectWritten -1, objectWritten -1, valueWritten 1"
  `);
  expect(verdictOn(first, ...cut(7), pointer(7))).toMatchInlineSnapshot(`
    "violated, 0 judged, at 6
    checkpoint 7 completed with several snapshots of source[0]: chk-7/source[0]-2,
    chk-7/source[0]-1
    about checkpoint 7; source[0]; chk-7/source[0]-2; chk-7/source[0]-1
    proved by objectWritten -1, objectWritten -1, valueWritten 1"
  `);
});

test('a pointer must name an object that exists', () => {
  const metadata = metadataName(7);
  expect(verdictOn(...cut(7), deleted(metadata), pointer(7))).toMatchInlineSnapshot(`
    "violated, 0 judged, at 6
    checkpoint 7 completed without its metadata: chk-7/_metadata does not exist
    about checkpoint 7; chk-7/_metadata
    proved by valueWritten 1"
  `);
  const detail = { words: Int32Array.of(9, 1), version: 1, by: 'job-manager-0' };
  const odd = entry('valueWritten', 1, pointerKey(7), detail);
  expect(verdictOn(...cut(7), odd)).toContain('without its metadata: its pointer names none');
});

test('what was aborted, comes late or follows the first violation is not judged', () => {
  const aborted = cut(6).slice(0, 2);
  const late = cut(6, { groups: [] });
  expect(verdictOn(...aborted, ...cut(7), pointer(7), ...late, pointer(6))).toBe('holds, 3 judged');
  const twice = verdictOn(pointer(7), pointer(8));
  expect(twice).toContain('violated, 0 judged, at 0');
});

describe('a subtask that has finished', () => {
  const one = ['source[0]'];
  const keyed = ['source[0]', 'source[1]', 'sum[0]'];
  const lost = { [`${left} received`]: some.slice(1), groups: [...some.slice(1), ...others] };

  test('has its witness in the metadata, and is judged by it', () => {
    expect(verdictOn(...cut(7, {}, 1, one), pointer(7))).toBe('holds, 3 judged');
    expect(verdictOn(...cut(7, lost, 1, one), pointer(7))).toMatchInlineSnapshot(`
      "violated, 1 judged, at 4
      channel source[0]->sum[0] at checkpoint 7: records sent: 3, received: 2
      about checkpoint 7; source[0]->sum[0]; source[0]; sum[0]
      proved by objectWritten -1, objectWritten -1, valueWritten 1"
    `);
  });

  test('is missed where it has none, and has one at a time', () => {
    const [, ...rest] = cut(7);
    const whole = cut(7, {}, 1, one);
    expect(verdictOn(...rest, pointer(7))).toContain('without the snapshot of source[0]');
    expect(verdictOn(...cut(7).slice(0, 1), ...whole, pointer(7))).toContain(
      'completed with several snapshots of source[0]',
    );
    const other = cut(7, {}, 2, one).slice(-1);
    expect(verdictOn(...cut(7).slice(1, 4), ...other, pointer(7))).toContain('of two attempts');
  });

  test('has no key groups; where it is restored they count what comes in from then on', () => {
    const over = [...cut(7, {}, 1, keyed), pointer(7)];
    expect(verdictOn(...over)).toBe('holds, 3 judged');
    const more = [...some, [7]];
    const next = { [`${left} sent`]: more, [`${left} received`]: more };
    const restored = (records: number[][]) => [
      ...[...over, ...cut(8, { ...next, groups: records }, 2), pointer(8)],
    ];
    expect(verdictOn(...restored([[7]]))).toBe('holds, 6 judged');
    expect(verdictOn(...restored([]))).toMatchInlineSnapshot(`
      "violated, 6 judged, at 8
      the key groups of sum[0] at checkpoint 8 hold 4 records, its inputs 5
      about checkpoint 8; sum[0]
      proved by objectWritten -1, valueWritten 1"
    `);
    expect(verdictOn(...restored([...more, ...others]))).toContain('hold 9 records, its inputs 5');
  });
});
