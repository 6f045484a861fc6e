/**
 * Goal: files are kept as long as their pointer is there, and when the job is over all pointers go,
 * and files as is configured. Method: checkpoint-order over histories by hand; requests may take 50
 * microseconds, so that 200 are enough to clean up.
 */
import { describe, expect, test } from 'vitest';

import type { Retention } from '../../src/flink/configuration.js';
import type { Entry } from '../../src/history/entry.js';
import { textBlock } from '../../src/kernel/words.js';
import { context, entry, judge, pointer, pointerKey, told } from './stage.js';

const timed = (at: number, one: Entry): Entry => ({ ...one, at });
const words = new Int32Array(0);
const written = (file: string) => entry('objectWritten', -1, file, { words, by: '' });
const deleted = (file: string) => entry('objectDeleted', -1, file);
const released = (checkpoint: number) => entry('valueDeleted', 1, pointerKey(checkpoint));
const over = (status: string) =>
  entry('valueWritten', 1, 'job-result', { words: textBlock(status), version: 1, by: '' });
const master = { process: 'job-manager-0' };
const cleaned = entry('checkpointsCleaned', 1, '', undefined, master);
const granted = entry('leaseGranted', 1, 'job-manager', { holder: 'job-manager-0#1' });
const crashed = entry('processCrashed', 0, '', { cause: '' }, master);

const files = ['chk-1/', 'chk-1/sum[0]-1', 'chk-1/_metadata'];
const completed = [granted, ...files.map(written), pointer(1)];
const removed = [released(1), ...files.map(deleted)];

function verdictOn(
  entries: readonly Entry[],
  retention: Retention = 'NO_EXTERNALIZED_CHECKPOINTS',
) {
  const configuration = { ...context.configuration, retention };
  return told(judge('checkpoint-order', entries, 'finished', { configuration }));
}

test('a file goes behind its pointer only', () => {
  expect(verdictOn([...completed, deleted('chk-1/sum[0]-1')])).toMatchInlineSnapshot(`
    "violated, 2 judged, at 5
    chk-1/sum[0]-1 is deleted, and the pointer of its checkpoint is there
    about checkpoint 1
    proved by objectDeleted -1"
  `);
  const subsumed = [...completed, written('chk-2/_metadata'), pointer(2), ...removed];
  expect(verdictOn(subsumed)).toMatch(/^holds/);
  expect(verdictOn([...completed, deleted('chk-0/other'), deleted('elsewhere')])).toMatch(/^holds/);
});

describe('when the job is over', () => {
  const kept: readonly (readonly [status: string, retention: Retention, stay: boolean])[] = [
    ['FINISHED', 'NO_EXTERNALIZED_CHECKPOINTS', false],
    ['FINISHED', 'DELETE_ON_CANCELLATION', false],
    ['FINISHED', 'RETAIN_ON_CANCELLATION', false],
    ['FAILED', 'NO_EXTERNALIZED_CHECKPOINTS', false],
    ['FAILED', 'DELETE_ON_CANCELLATION', true],
    ['FAILED', 'RETAIN_ON_CANCELLATION', true],
  ];

  test.each(kept)('%s with %s: the files stay: %s', (status, retention, stay) => {
    const run = [...completed, over(status), released(1)];
    const all = [...completed, over(status), ...removed, cleaned];
    expect(verdictOn([...run, cleaned], retention)).toMatch(stay ? /^holds/ : /chk-1\/ is left/);
    expect(verdictOn(all, retention)).toMatch(stay ? /chk-1\/ is deleted, which stays/ : /^holds/);
  });

  test('every pointer goes', () => {
    expect(verdictOn([...completed, over('FAILED'), cleaned], 'DELETE_ON_CANCELLATION')).toContain(
      'the pointer of checkpoint 1 is left',
    );
  });

  test('what a job manager was removing when it crashed may stay', () => {
    const left = [...completed, over('FINISHED'), released(1), crashed, cleaned];
    expect(verdictOn(left)).toMatch(/^holds/);
    const before = [...completed, over('FINISHED'), crashed, released(1), cleaned];
    expect(verdictOn(before)).toContain('is left');
  });

  test('before that nothing is cleaned up', () => {
    expect(verdictOn([...completed, cleaned])).toContain('it is not over');
  });
});

describe('that nothing is cleaned up shows', () => {
  const end = entry('leaderless', 0, '');
  const begun = entry('faultBegan', 0, 'slow', { fault: '' });
  const ended = entry('faultEnded', 0, 'slow', { fault: '' });
  const run = (...more: Entry[]) => [...completed, timed(100, over('FINISHED')), ...more];

  test('only where nothing disturbs it for long enough', () => {
    expect(verdictOn(run(timed(301, end)))).toMatchInlineSnapshot(`
      "violated, 1 judged, at 6
      the job is over, and for 0.000200 s its checkpoints are not cleaned up
      about 
      proved by valueWritten 1"
    `);
    expect(verdictOn(run(timed(300, end)))).toMatch(/^holds/);
    expect(verdictOn(run(timed(200, begun), timed(900, end)))).toMatch(/^holds/);
    const over = run(timed(200, begun), timed(500, ended), timed(700, end));
    expect(verdictOn(over)).toMatch(/^holds/);
    expect(verdictOn([...over, timed(701, end)])).toContain('are not cleaned up');
    expect(verdictOn(run(timed(200, crashed), timed(400, end)))).toMatch(/^holds/);
  });
});
