/**
 * Goal: a checkpoint is due with each N that the sources of one attempt have read together.
 * Method: reports by hand, N is 10; late, doubled and lost ones among them.
 */
import { expect, test } from 'vitest';

import {
  noteRead,
  nothingRead,
  type DataRead,
} from '../../../src/engine/checkpoint/data-trigger.js';

type Report = readonly [subtask: string, read: number, attempt?: number];

/** Which of the reports make one due. */
function duesOf(reports: readonly Report[]): number[] {
  let known: DataRead = nothingRead;
  return reports.flatMap(([subtask, read, attempt = 1], index) => {
    const [after, isDue] = noteRead(known, { attempt, subtask, read }, 10);
    known = after;
    return isDue ? [index] : [];
  });
}

const cases: readonly Readonly<{ name: string; reports: readonly Report[]; due: number[] }>[] = [
  {
    name: 'what one reads',
    reports: [
      ['a', 9],
      ['a', 10],
      ['a', 19],
      ['a', 20],
    ],
    due: [1, 3],
  },
  {
    name: 'what all read',
    reports: [
      ['a', 5],
      ['b', 4],
      ['a', 6],
      ['b', 14],
    ],
    due: [2, 3],
  },
  {
    name: 'much at once',
    reports: [
      ['a', 35],
      ['a', 44],
      ['a', 45],
    ],
    due: [0, 2],
  },
  {
    name: 'a report twice',
    reports: [
      ['a', 6],
      ['a', 6],
      ['b', 4],
    ],
    due: [2],
  },
  {
    name: 'a report lost',
    reports: [
      ['a', 4],
      ['a', 12],
    ],
    due: [1],
  },
  {
    name: 'another attempt',
    reports: [
      ['a', 9],
      ['a', 9, 2],
      ['b', 1, 2],
    ],
    due: [2],
  },
  {
    name: 'less in another',
    reports: [
      ['a', 30],
      ['b', 3, 2],
      ['b', 10, 2],
    ],
    due: [0, 2],
  },
];

test.each(cases)('$name', ({ reports, due }) => {
  expect(duesOf(reports)).toEqual(due);
});
