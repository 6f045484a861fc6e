/**
 * Goal: the judgement of a recorded history convicts for what is lost, doubled or unexpected, and
 * for nothing else. Method: histories by hand that it convicts and acquits, and any history against
 * a reference with plain multisets, its lines in any order.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  examplesIn,
  openRecorded,
  type Guarantee,
  type RecordedVerdict,
  type Told,
} from '../../src/check/recorded-history.js';

type Name = string | number;

const source = (id: Name, offset: number, split: Name = 0): Told => ({
  ...{ kind: 'source', split, offset, id },
});
const sink = (id: Name, transaction?: Name): Told => ({ kind: 'sink', id, transaction });
const commit = (transaction: Name): Told => ({ kind: 'commit', transaction });
const cut = (of?: 'source' | 'sink'): Told => ({ kind: 'cut', of });

function judge(guarantee: Guarantee, history: readonly Told[]): RecordedVerdict {
  const checker = openRecorded(guarantee);
  for (const told of history) expect(checker.see(told)).toBe(undefined);
  return checker.close();
}

function examplesOf(history: readonly Told[]) {
  const { ledger, see } = openRecorded('exactly-once');
  history.forEach(see);
  const search = examplesIn(ledger);
  history.forEach((told, index) => search.see(told, index + 1));
  return search.close();
}

/** The outcomes under exactly-once and under at-least-once; lost, doubled, unexpected. */
function told(history: readonly Told[]): string {
  const [exactly, least] = [judge('exactly-once', history), judge('at-least-once', history)];
  const { lost, doubled, unexpected } = exactly;
  return `${exactly.outcome}, ${least.outcome}: ${lost} ${doubled} ${unexpected}`;
}

const read = [source('a', 0), source(7, 1), source('c', 0, 'other')];
const shown = [sink('c'), sink(7), sink('a')];

describe('verdicts', () => {
  test.each<[string, string, readonly Told[]]>([
    ['all is visible once', 'holds, holds: 0 0 0', [...read, ...shown]],
    ['order of lines', 'holds, holds: 0 0 0', [...shown, ...read]],
    ['7 is "7"', 'holds, holds: 0 0 0', [source(7, 0), sink('7')]],
    ['"07" is not', 'violated, violated: 1 0 1', [source(7, 0), sink('07')]],
    ['lost', 'violated, violated: 1 0 0', [...read, sink('a'), sink(7)]],
    ['doubled', 'violated, holds: 0 1 0', [...read, ...shown, sink('a'), sink('a')]],
    ['unexpected', 'violated, violated: 0 0 1', [...read, ...shown, sink('b'), sink('b')]],
    ['read again', 'holds, holds: 0 0 0', [...read, ...read, ...shown]],
    ['due twice', 'holds, holds: 0 0 0', [...read, source('a', 9), ...shown, sink('a')]],
    ['due twice, there once', 'violated, violated: 1 0 0', [...read, source('a', 9), ...shown]],
    ['committed', 'holds, holds: 0 0 0', [source(1, 0), sink(1, 't'), commit('t')]],
    ['committed before', 'holds, holds: 0 0 0', [commit(5), commit('5'), source(1, 0), sink(1, 5)]],
    ['aborted', 'holds, holds: 0 0 0', [source(1, 0), sink(1, 'a'), sink(1, 'b'), commit('b')]],
    ['never committed', 'violated, violated: 1 0 0', [source(1, 0), sink(1, 'a'), commit('b')]],
  ])('%s', (_name, expected, history) => {
    expect(told(history)).toBe(expected);
  });

  test.each<[string, string, readonly Told[]]>([
    ['nothing', 'unknown, unknown: 0 0 0', []],
    ['no source line', 'unknown, unknown: 0 0 3', shown],
    ['no sink line', 'unknown, unknown: 3 0 0', read],
    ['cut, and all is there', 'unknown, unknown: 0 0 0', [cut(), ...read, ...shown]],
    [
      'cut: nothing is proved',
      'unknown, unknown: 2 1 1',
      [...read, sink(7), sink(7), sink(1), cut()],
    ],
    ['rows cut out, lost', 'unknown, unknown: 3 0 0', [...read, sink('a', 't'), cut('sink')]],
    [
      'rows cut out, doubled',
      'violated, unknown: 0 1 0',
      [...read, ...shown, sink(7), cut('sink')],
    ],
    ['records cut out, lost', 'violated, violated: 2 0 0', [...read, sink(7), cut('source')]],
    ['records cut out', 'unknown, unknown: 0 0 1', [...read, ...shown, sink(9), cut('source')]],
    ['both', 'unknown, unknown: 2 0 0', [...read, sink(7), cut('sink'), cut('source')]],
    ['no commit at all', 'unknown, unknown: 1 0 0', [source(1, 0), sink(1, 't')]],
    [
      'and yet doubled',
      'violated, unknown: 1 1 0',
      [...read, sink(7), sink(7), sink('a'), sink('c', 't')],
    ],
  ])('unknown, or proved by the rest: %s', (_name, expected, history) => {
    expect(told(history)).toBe(expected);
  });

  test('an unknown verdict says why', () => {
    expect(judge('exactly-once', [...read]).note).toBe('nothing was judged: there is no sink line');
    expect(judge('exactly-once', [...read, ...shown, cut('sink')]).note).toContain(
      'sink lines were',
    );
    expect(judge('exactly-once', [...read, ...shown]).note).toBe('');
  });

  test('more than a byte counts', () => {
    const many = Array.from({ length: 1_000 }, (_, offset) => source('a', offset));
    const rows = Array.from({ length: 999 }, () => sink('a'));
    expect(judge('exactly-once', [...many, ...rows]).lost).toBe(1);
    expect(judge('exactly-once', [...many, ...rows, sink('a')]).outcome).toBe('holds');
    expect(judge('exactly-once', [...many, ...rows, sink('a'), sink('a')]).doubled).toBe(1);
  });

  test('a place that holds two records contradicts itself', () => {
    const { see } = openRecorded('exactly-once');
    for (const told of read) see(told);
    expect(see(source('b', 0, '0'))).toBe(
      'offset 0 of split 0 holds id "b" here and "a" before; ' +
        'a place holds one record, however often it is read',
    );
  });
});

describe('examples', () => {
  const fault = (text: string): Told => ({ kind: 'fault', fault: text });
  const checkpoint = (id: number): Told => ({ kind: 'checkpoint', checkpoint: id });

  test('show lines, and what stands nearest', () => {
    const history = [
      ...[source('a', 0), source('b', 1), checkpoint(1), sink('b', 'old'), fault('first')],
      ...[source('b', 1), sink('b'), fault('second'), checkpoint(2), sink('b'), sink('x', 't')],
      ...[fault('third'), commit('t')],
    ];
    expect(examplesOf(history)).toEqual({
      lost: [
        {
          ...{ id: 'a', due: 1, visible: 0, sourceLines: [1], sinkLines: [] },
          fault: { line: 5, fault: 'first' },
          checkpoint: { line: 3, checkpoint: 1 },
        },
      ],
      doubled: [
        {
          ...{ id: 'b', due: 1, visible: 2, sourceLines: [2, 6], sinkLines: [7, 10] },
          fault: { line: 8, fault: 'second' },
          checkpoint: { line: 9, checkpoint: 2 },
        },
      ],
      unexpected: [
        {
          ...{ id: 'x', due: 0, visible: 1, sourceLines: [], sinkLines: [11] },
          fault: { line: 8, fault: 'second' },
          checkpoint: { line: 9, checkpoint: 2 },
        },
      ],
    });
  });

  test('are at most ten of a kind, the first by line, each with at most ten lines', () => {
    const lost = Array.from({ length: 30 }, (_, offset) => source(30 - offset, offset));
    const rows = Array.from({ length: 20 }, () => sink('x'));
    const examples = examplesOf([...lost, ...rows]);
    expect(examples.lost.map(({ id }) => id)).toEqual([30, 29, 28, 27, 26, 25, 24, 23, 22, 21]);
    expect(examples.unexpected[0]?.sinkLines).toHaveLength(10);
    expect(examples.unexpected[0]?.visible).toBe(20);
  });
});

/** Names that differ little, lie far apart, or are long; a text of digits is never one of them. */
const name = fc.oneof(
  fc.integer({ min: -9, max: 9 }),
  fc.constantFrom(
    2 ** 53 - 1,
    1 - 2 ** 53,
    2 ** 32,
    2 ** 35 + 8,
    'a',
    'b',
    '\u00ff',
    '\u0100',
    '\ud800',
  ),
  fc.string({ minLength: 1, maxLength: 5 }).filter((text) => !/^-?\d+$/.test(text)),
);

const line: fc.Arbitrary<Told> = fc.oneof(
  fc.record({
    kind: fc.constant('source' as const),
    split: fc.constantFrom<Name>(0, 1, 'x'),
    offset: fc.oneof(fc.nat(30), fc.constantFrom(2 ** 40, 2 ** 53 - 1)),
    id: name,
  }),
  fc.record({
    kind: fc.constant('sink' as const),
    id: name,
    transaction: fc.constantFrom(undefined, undefined, 1, 't'),
  }),
  fc.record({ kind: fc.constant('commit' as const), transaction: fc.constantFrom<Name>(1, 't') }),
);

/** A history in which no place holds two records: the first line of a place counts. */
const history = fc.array(line, { maxLength: 200 }).map((lines) => {
  const places = new Map<string, Name>();
  return lines.map((told): Told => {
    if (told.kind !== 'source') return told;
    const place = `${told.split} ${told.offset}`;
    const id = places.get(place) ?? told.id;
    places.set(place, id);
    return { ...told, id };
  });
});

/** The reference: a list of what is due, and one of what is visible. */
function counted(lines: readonly Told[]) {
  const due = new Map<string, Name>();
  for (const told of lines)
    if (told.kind === 'source') due.set(`${told.split} ${told.offset}`, told.id);
  const committed = lines.flatMap((told) => (told.kind === 'commit' ? [told.transaction] : []));
  const visible = lines.flatMap((told) => {
    if (told.kind !== 'sink') return [];
    const { id, transaction } = told;
    return transaction === undefined || committed.includes(transaction) ? [id] : [];
  });
  const often = (ids: readonly Name[], id: Name) => ids.filter((one) => one === id).length;
  const found = { records: due.size, lost: 0, doubled: 0, unexpected: 0, visible: visible.length };
  for (const id of new Set([...due.values(), ...visible])) {
    const [expected, came] = [often([...due.values()], id), often(visible, id)];
    if (came < expected) found.lost += 1;
    if (came > expected && expected > 0) found.doubled += 1;
    if (came > 0 && expected === 0) found.unexpected += 1;
  }
  return found;
}

test('agrees with a count by plain multisets, whatever the order of the lines', () => {
  const shuffled = history.chain((lines) =>
    fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length })),
  );
  fc.assert(
    fc.property(shuffled, ([lines, mixed]) => {
      const verdict = judge('exactly-once', lines);
      expect(verdict).toMatchObject(counted(lines));
      expect(judge('exactly-once', mixed)).toEqual(verdict);
      const { lost, doubled, unexpected, outcome } = verdict;
      if (outcome !== 'unknown')
        expect(outcome).toBe(lost + doubled + unexpected > 0 ? 'violated' : 'holds');
    }),
  );
});

test('examples are what was counted', () => {
  fc.assert(
    fc.property(history, (lines) => {
      const { lost, doubled, unexpected } = judge('exactly-once', lines);
      const examples = examplesOf(lines);
      expect(examples.lost).toHaveLength(Math.min(10, lost));
      expect(examples.doubled).toHaveLength(Math.min(10, doubled));
      expect(examples.unexpected).toHaveLength(Math.min(10, unexpected));
      for (const { visible, sinkLines } of Object.values(examples).flat())
        expect(sinkLines).toHaveLength(Math.min(10, visible));
    }),
  );
});
