/**
 * Goal: files are what a writer can rely on: nothing is seen before it is finished, nothing
 * finished changes, and everything may be asked twice.
 */
import { expect, test } from 'vitest';

import { calmConditions } from '../../src/world/conditions.js';
import { fileSystem } from '../../src/world/file-system.js';
import { evenCosts, harness, rowsOf, trouble } from './harness.js';

const kinds = ['appendToFile', 'closeFile', 'reopenFile', 'finishFile'] as const;

function filesUnderTest(conditions = calmConditions()) {
  const costs = { requests: evenCosts(kinds, 100), microsPerKiB: 10 };
  const files = harness(fileSystem('file-system', conditions, costs));
  const client = files.connect('task-manager-0');
  const ask = (kind: string, name: string, rest: object, attempt = 1) =>
    files.ask(client, { kind, directory: 'out', name, writer: 'sink[0]', attempt, ...rest })?.[
      'kind'
    ];
  const append = (name: string, offset: number, row: number, attempt?: number) =>
    ask('appendToFile', name, { offset, words: rowsOf(row) }, attempt);
  const told = () =>
    files.stated.map(({ kind, subject, about }) => `${kind} ${String(subject)} ${about}`);
  return { files, client, ask, append, told };
}

test('rows are seen when their file is finished, and not before', () => {
  const { files, ask, append, told } = filesUnderTest();
  expect(append('a', 0, 7)).toBe('fileAppended');
  expect(append('a', 2, 8)).toBe('fileAppended');
  expect(ask('closeFile', 'a', { length: 4 })).toBe('fileClosed');
  expect(told()).toEqual(['fileClosed -1 a']);
  expect(files.stated[0]?.detail).toEqual({ writer: 'sink[0]', attempt: 1 });
  expect(ask('finishFile', 'a', { length: 4 })).toBe('fileFinished');
  expect(told().at(-1)).toBe('rowsVisible 2 out');
  expect(files.stated.at(-1)?.detail).toEqual({ transaction: 'a', words: rowsOf(7, 8) });
});

test('everything may be asked twice, and is done once', () => {
  const { ask, append, told } = filesUnderTest();
  for (const [offset, row] of [
    ...[[0, 7] as const, [0, 7] as const, [2, 8] as const],
    ...[[0, 7] as const, [2, 8] as const],
  ])
    expect(append('a', offset, row)).toBe('fileAppended');
  for (const kind of ['closeFile', 'closeFile', 'finishFile', 'finishFile'])
    expect(ask(kind, 'a', { length: 4 })).toBe(
      kind === 'closeFile' ? 'fileClosed' : 'fileFinished',
    );
  expect(told()).toEqual(['fileClosed -1 a', 'rowsVisible 2 out']);
});

test('an append elsewhere than at the end is refused, and so is one to a closed file', () => {
  const { ask, append } = filesUnderTest();
  expect(append('a', 2, 7)).toBe('fileUnknown');
  append('a', 0, 7);
  expect(append('a', 0, 8)).toBe('fileUnknown');
  expect(append('a', 4, 8)).toBe('fileUnknown');
  expect(ask('closeFile', 'a', { length: 4 })).toBe('fileUnknown');
  ask('closeFile', 'a', { length: 2 });
  expect(append('a', 2, 8)).toBe('fileUnknown');
});

test('a finished file takes no more, and its name is not made again', () => {
  const { ask, append, told } = filesUnderTest();
  append('a', 0, 7);
  ask('finishFile', 'a', { length: 2 });
  expect(append('a', 2, 8)).toBe('fileUnknown');
  expect(append('a', 0, 7)).toBe('fileUnknown');
  expect(ask('reopenFile', 'a', { length: 0 }, 2)).toBe('fileUnknown');
  expect(ask('finishFile', 'b', { length: 0 })).toBe('fileUnknown');
  expect(told()).toEqual(['rowsVisible 1 out']);
});

test('a newer attempt cuts a file, and the older one is fenced', () => {
  const { files, ask, append, told } = filesUnderTest();
  append('a', 0, 7);
  append('a', 2, 8);
  ask('closeFile', 'a', { length: 4 });
  expect(ask('reopenFile', 'a', { length: 2 }, 2)).toBe('fileReopened');
  expect(append('a', 2, 8)).toBe('fileFenced');
  expect(append('a', 2, 9, 2)).toBe('fileAppended');
  expect(ask('reopenFile', 'a', { length: 2 }, 2)).toBe('fileReopened'); // asked again: not cut
  expect(ask('reopenFile', 'a', { length: 6 }, 3)).toBe('fileUnknown');
  expect(ask('finishFile', 'a', { length: 4 }, 2)).toBe('fileFinished');
  expect(told()).toEqual(['fileClosed -1 a', 'fileReopened 2 a', 'rowsVisible 2 out']);
  expect(files.stated.at(-1)?.detail).toEqual({ transaction: 'a', words: rowsOf(7, 9) });
});

test('what stands behind the length that is finished is cut off', () => {
  const { files, ask, append } = filesUnderTest();
  append('a', 0, 7);
  append('a', 2, 8);
  expect(ask('finishFile', 'a', { length: 6 })).toBe('fileUnknown');
  expect(ask('finishFile', 'a', { length: 2 })).toBe('fileFinished');
  expect(files.stated.at(-1)?.detail).toEqual({ transaction: 'a', words: rowsOf(7) });
});

test('it refuses, stays silent, and loses no file when it crashes', () => {
  const conditions = calmConditions();
  const { files, ask, append, told } = filesUnderTest(conditions);
  conditions.failing.push(trouble(1_000));
  expect(append('a', 0, 7)).toBe('unavailable');
  conditions.failing.pop();
  conditions.unanswered.push(trouble(1_000));
  expect(append('a', 0, 7)).toBeUndefined();
  conditions.unanswered.pop();
  files.crash();
  files.run();
  const client = files.connect('task-manager-0');
  const finish = { kind: 'finishFile', directory: 'out', name: 'a', writer: 'sink[0]', length: 2 };
  expect(files.ask(client, { ...finish, attempt: 2 })?.['kind']).toBe('fileFinished');
  expect(told()).toEqual(['rowsVisible 1 out']);
  expect(ask('closeFile', 'a', { length: 2 })).toBeUndefined(); // that connection is gone
});
