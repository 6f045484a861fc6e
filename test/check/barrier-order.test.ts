import { describe, expect, test } from 'vitest';

import type { Entry } from '../../src/history/entry.js';
import { configuration, delivered, entry, judge, pointer, told } from './stage.js';

const left = 'source[0]->sum[0]';
const right = 'source[1]->sum[0]';
const down = 'sum[0]->sink[0]';

const entered = (channel: string, records: number, count: number, attempt = 1) =>
  entry('entered', records, 'sum[0]', { channel, count, sender: attempt, attempt });
const barrier = (checkpoint: number, channel: string, count: number, attempt = 1) =>
  entry('barrierHandedOver', checkpoint, channel.split('->')[0] ?? '', {
    channel,
    count,
    attempt,
  });
const witness = (checkpoint: number, subtask = 'sum[0]', attempt = 1) =>
  entry('witnessTaken', checkpoint, subtask, { attempt });
const givenUp = (checkpoint: number, attempt = 1) =>
  entry('alignmentAborted', checkpoint, 'sum[0]', { attempt });
const aborted = (checkpoint: number) =>
  entry('aborted', checkpoint, '', { reason: 'CHECKPOINT_EXPIRED' }, { process: 'job-manager-0' });
const of = (process: string, kind: string) => entry(kind, 1, '', undefined, { process });

/** A source has finished, with so many records sent. */
const closed = (channel: string, count: number, attempt = 1) =>
  entry('witnessClosed', 0, channel.split('->')[0] ?? '', { attempt, sent: [{ channel, count }] });

/** Both sources on task manager 0, the rest on task manager 1. */
const deployed = (attempt = 1, checkpoint = 0) => [
  delivered('deployTask', checkpoint, 'source[0]', attempt),
  delivered('deployTask', checkpoint, 'source[1]', attempt),
  delivered('deployTask', checkpoint, 'sum[0]', attempt, 'task-manager-1'),
  delivered('deployTask', checkpoint, 'sink[0]', attempt, 'task-manager-1'),
];

/** Checkpoint 1: three records on one channel, none on the other. */
const first = [
  ...deployed(),
  barrier(1, left, 3),
  entered(left, 2, 2),
  barrier(1, right, 0),
  entered(left, 1, 3),
  barrier(1, down, 3),
  witness(1),
];

const verdictOn = (...entries: (Entry | Entry[])[]) =>
  told(judge('barrier-order', entries.flat(), 'budget'));

test('snapshots that are taken just behind the barriers hold', () => {
  expect(verdictOn(first)).toBe('holds, 2 judged');
  const second = [entered(left, 4, 7), barrier(2, left, 7), barrier(2, right, 0), witness(2)];
  expect(verdictOn(first, pointer(1), second)).toBe('holds, 4 judged');
});

test('where barriers hold no record back, a snapshot may be taken behind more records', () => {
  const mode = { configuration: { ...configuration, checkpointingMode: 'AT_LEAST_ONCE' as const } };
  const verdict = (...entries: Entry[]) =>
    told(judge('barrier-order', [...deployed(), ...entries], 'budget', mode));
  const barriers = [barrier(1, left, 3), entered(left, 4, 4), barrier(1, right, 2)];
  expect(verdict(...barriers, entered(right, 2, 2), witness(1))).toBe('holds, 2 judged');
  const more = [entered(right, 2, 2), witness(1), barrier(2, left, 9), barrier(2, right, 2)];
  expect(verdict(...barriers, ...more, witness(2))).toContain(
    'took its snapshot for checkpoint 2 with 4 records',
  );
  expect(verdict(...barriers, witness(1))).toContain('with 0 records of source[1]');
  expect(verdict(barrier(2, left, 3), barrier(1, left, 3))).toContain('is handed to');
});

test('where barriers overtake, fewer records may have entered than stand before them', () => {
  const mode = { configuration: { ...configuration, unalignedCheckpoints: true } };
  const verdict = (...entries: (Entry | Entry[])[]) =>
    told(judge('barrier-order', [...deployed(), ...entries.flat()], 'budget', mode));
  const early = [barrier(1, left, 5), entered(left, 3, 3), witness(1), barrier(1, right, 2)];
  expect(verdict(early)).toBe('holds, 2 judged');
  expect(verdict(early, deployed(2, 1), entered(left, 1, 4, 2))).toBe('holds, 2 judged');
  expect(verdict(early, deployed(2, 1), entered(left, 1, 6, 2))).toContain('behind 5 and not');
  expect(verdict(barrier(1, left, 5), entered(left, 6, 6))).toContain('has not taken its snapshot');
  const late = [entered(right, 3, 3), barrier(1, left, 5), witness(1), barrier(1, right, 2)];
  expect(verdict(late)).toContain('the barrier stands behind 2');
});

test('no snapshot, nothing judged; what is not of the job is not either', () => {
  expect(verdictOn(deployed(), entered(left, 5, 5))).toBe('holds, 0 judged');
  const foreign = [entered('x[0]->y[0]', 5, 5), barrier(1, 'x[0]->y[0]', 1), witness(1, 'y[0]')];
  expect(verdictOn(foreign, entry('alignmentAborted', 1, 'y[0]', { attempt: 1 }))).toBe(
    'holds, 0 judged',
  );
});

test('a record that enters behind a barrier before the snapshot convicts', () => {
  const crossing = [...first.slice(0, -2), entered(left, 2, 5)];
  expect(verdictOn(crossing, witness(1))).toMatchInlineSnapshot(`
    "violated, 0 judged, at 8
    5 records of source[0]->sum[0] have entered sum[0], which has not taken its snapshot
    for checkpoint 1; the barrier stands behind 3
    about source[0]->sum[0]; sum[0]; checkpoint 1
    proved by barrierHandedOver 1, entered 2"
  `);
});

test('a snapshot with a record missing before the barrier convicts', () => {
  const early = [...deployed(), barrier(1, left, 3), entered(left, 2, 2), barrier(1, right, 1)];
  expect(verdictOn(early, witness(1))).toMatchInlineSnapshot(`
    "violated, 2 judged, at 7
    sum[0] took its snapshot for checkpoint 1 with 2 records of source[0]->sum[0]
    entered; the barrier stands behind 3
    about source[0]->sum[0]; sum[0]; checkpoint 1
    proved by barrierHandedOver 1, entered 2, witnessTaken 1"
  `);
});

test('a snapshot before a barrier was handed over convicts', () => {
  const eager = [...deployed(), barrier(1, left, 3), entered(left, 3, 3), witness(1)];
  expect(verdictOn(eager)).toMatchInlineSnapshot(`
    "violated, 2 judged, at 6
    sum[0] took its snapshot for checkpoint 1 with 0 records of source[1]->sum[0]
    entered; the barrier was not handed over
    about source[1]->sum[0]; sum[0]; checkpoint 1
    proved by witnessTaken 1"
  `);
});

test('barriers and snapshots must ascend', () => {
  expect(verdictOn(deployed(), barrier(2, left, 3), barrier(1, left, 4))).toMatchInlineSnapshot(`
    "violated, 0 judged, at 5
    the barrier of checkpoint 1 behind 4 records is handed to source[0]->sum[0] after the
    barrier of checkpoint 2 behind 3 records
    about source[0]->sum[0]; checkpoint 1; checkpoint 2
    proved by barrierHandedOver 2, barrierHandedOver 1"
  `);
  expect(verdictOn(deployed(), barrier(1, left, 3), barrier(2, left, 2))).toContain('violated');
  expect(verdictOn(deployed(), witness(2, 'source[0]'), witness(2, 'source[0]'))).toContain(
    'source[0] takes its snapshot for checkpoint 2 after that for checkpoint 2',
  );
});

test('a checkpoint that was given up binds nobody', () => {
  const bound = [...deployed(), barrier(1, left, 3), entered(left, 3, 3)];
  expect(verdictOn(bound, givenUp(1), entered(left, 2, 5))).toBe('holds, 0 judged');
  expect(verdictOn(bound, aborted(1), entered(left, 2, 5))).toBe('holds, 0 judged');
  expect(verdictOn(bound, aborted(2), entered(left, 2, 5))).toContain('violated');
  const later = [aborted(1), entered(left, 2, 5), barrier(1, right, 1), entered(right, 3, 3)];
  expect(verdictOn(bound, later)).toBe('holds, 0 judged');
  expect(verdictOn(deployed(), givenUp(1), barrier(1, left, 0), entered(left, 1, 1))).toBe(
    'holds, 0 judged',
  );
  expect(verdictOn(bound, givenUp(2), entered(left, 2, 5))).toContain('violated');
  const second = [barrier(2, left, 5), barrier(2, right, 0), witness(2)];
  expect(verdictOn(bound, aborted(1), entered(left, 2, 5), second)).toBe('holds, 2 judged');
});

test('a newer attempt begins behind the barrier that it restores', () => {
  const again = [...deployed(2, 1), entered(left, 1, 4, 2), barrier(2, left, 4, 2)];
  const second = [barrier(2, right, 0, 2), witness(2, 'sum[0]', 2)];
  expect(verdictOn(first, pointer(1), again, second)).toBe('holds, 4 judged');
  const over = [...deployed(2, 1), entered(left, 1, 1, 2)];
  expect(verdictOn(first, pointer(1), over)).toMatchInlineSnapshot(`
    "violated, 2 judged, at 15
    records of source[0]->sum[0] enter sum[0] behind 0 and not behind 3, where the
    restored checkpoint ends
    about source[0]->sum[0]; sum[0]
    proved by entered 1"
  `);
  expect(verdictOn(first, entered(left, 1, 5))).toContain('behind 4 and not behind 3');
});

test('what an older attempt says after a newer one has begun does not count', () => {
  const zombie = [entered(left, 9, 9), barrier(2, left, 99), witness(2), givenUp(3)];
  expect(verdictOn(first, deployed(2, 1), zombie)).toBe('holds, 2 judged');
  const halfway = [barrier(2, left, 5, 2), barrier(2, right, 0), witness(2), entered(left, 1, 4)];
  expect(verdictOn(first, halfway)).toBe('holds, 3 judged');
  const unknown = [barrier(9, left, 5, 3), barrier(9, right, 5, 3), witness(9, 'sum[0]', 3)];
  expect(verdictOn(first, unknown)).toBe('holds, 2 judged');
});

test('a sender that could not state its barrier is judged when it can', () => {
  const cut = [...deployed(), barrier(1, left, 3), entered(left, 3, 3)];
  const crash = [...cut, of('task-manager-0', 'processCrashed'), witness(1)];
  expect(verdictOn(crash)).toBe('holds, 1 judged');
  const pause = [...cut, of('task-manager-0', 'processPaused'), witness(1)];
  const goesOn = [...pause, of('task-manager-0', 'processResumed')];
  expect(verdictOn(goesOn, barrier(1, right, 0), witness(1, 'source[1]'))).toBe('holds, 2 judged');
  expect(verdictOn(goesOn, barrier(1, right, 1))).toMatchInlineSnapshot(`
    "violated, 2 judged, at 9
    sum[0] took its snapshot for checkpoint 1 with 0 records of source[1]->sum[0]
    entered; the barrier stands behind 1
    about source[1]->sum[0]; sum[0]; checkpoint 1
    proved by witnessTaken 1, barrierHandedOver 1"
  `);
  expect(verdictOn(goesOn, barrier(2, right, 1))).toContain('the barrier was not handed over');
  expect(verdictOn(goesOn, witness(2))).toContain('the barrier was not handed over');
  const late = [...deployed(), entered(left, 5, 5), barrier(1, left, 3)];
  expect(verdictOn(late)).toMatchInlineSnapshot(`
    "violated, 0 judged, at 5
    5 records of source[0]->sum[0] have entered sum[0], which has not taken its snapshot
    for checkpoint 1; the barrier stands behind 3
    about source[0]->sum[0]; sum[0]; checkpoint 1
    proved by entered 5, barrierHandedOver 1"
  `);
});

describe('a sender that has finished', () => {
  const second = [barrier(2, right, 1), entered(right, 1, 1), witness(2)];

  test('hands over no barrier: all that it sent must have entered', () => {
    expect(verdictOn(first, closed(left, 3), second)).toBe('holds, 4 judged');
    expect(verdictOn(first, closed(left, 4), entered(left, 1, 4), second)).toBe('holds, 4 judged');
    expect(verdictOn(first, closed(left, 4), second)).toMatchInlineSnapshot(`
      "violated, 4 judged, at 13
      sum[0] took its snapshot for checkpoint 2 with 3 records of source[0]->sum[0]
      entered; source[0] has finished behind 4
      about source[0]->sum[0]; sum[0]; checkpoint 2
      proved by witnessClosed 0, barrierHandedOver 1, entered 1, witnessTaken 2"
    `);
  });

  test('has no more to send in an attempt that is restored behind its end', () => {
    const over = [...first, closed(left, 3), ...second, pointer(2), ...deployed(2, 2)];
    const third = [barrier(3, left, 3, 2), barrier(3, right, 1, 2), witness(3, 'sum[0]', 2)];
    expect(verdictOn(over, third)).toBe('holds, 6 judged');
    expect(verdictOn(over, entered(left, 1, 1, 2))).toContain(
      'enter sum[0] behind 0 and not behind 3, where the',
    );
  });

  test('binds nobody by its end, nor by what it sent elsewhere', () => {
    expect(verdictOn(first, closed(left, 3), entered(right, 5, 5))).toBe('holds, 2 judged');
    expect(verdictOn(first, closed('x[0]->y[0]', 9), closed(left, 3), second)).toBe(
      'holds, 4 judged',
    );
  });

  test('and could not say so in time is judged when it does', () => {
    const paused = [...first, of('task-manager-0', 'processPaused'), second.slice(1)].flat();
    const late = [...paused, of('task-manager-0', 'processResumed')];
    expect(verdictOn(paused)).toBe('holds, 2 judged');
    expect(verdictOn(late, closed(left, 3), barrier(2, right, 1))).toBe('holds, 4 judged');
    expect(verdictOn(late, closed(left, 4))).toContain('violated, 3 judged');
  });

  test('in an attempt that is over says nothing of the next', () => {
    const again = [...deployed(2, 1), closed(left, 9), entered(left, 1, 4, 2)];
    const next = [barrier(2, left, 4, 2), barrier(2, right, 0, 2), witness(2, 'sum[0]', 2)];
    expect(verdictOn(first, pointer(1), again, next)).toBe('holds, 4 judged');
    const ended = [...deployed(2, 1), entered(left, 1, 4, 2), closed(left, 4, 2)];
    expect(verdictOn(first, pointer(1), ended, next.slice(1))).toBe('holds, 4 judged');
  });
});
