/**
 * Goal: checkpoint-order convicts a file, or a pointer, that no checkpoint holds and that stays,
 * and forgives what a fault or a crash may leave. Method: histories by hand; requests may take 50
 * microseconds, so that 200 are enough to remove something.
 */
import { describe, expect, test } from 'vitest';

import type { Entry } from '../../src/history/entry.js';
import { textBlock } from '../../src/kernel/words.js';
import { delivered, entry, judge, pointer, pointerKey, told } from './stage.js';

const words = new Int32Array(0);
const master = { process: 'job-manager-0' };
const granted = entry('leaseGranted', 1, 'job-manager', { holder: 'job-manager-0#1' });
const written = (file: string, by = 'task-manager-0') =>
  entry('objectWritten', -1, file, { words, by });
const deleted = (file: string) => entry('objectDeleted', -1, file);
const says = (kind: string, checkpoint: number, detail?: unknown) =>
  entry(kind, checkpoint, '', detail, master);
const acknowledged = (checkpoint: number) =>
  delivered('checkpointAcknowledged', checkpoint, 'sum[0]', 1, 'job-manager-0');
const released = (checkpoint: number) => entry('valueDeleted', 1, pointerKey(checkpoint));
const happens = (kind: string, process: string) => entry(kind, 0, '', undefined, { process });
const fault = (kind: string) => entry(kind, 0, 'slow', { fault: '' });
const over = entry('valueWritten', 1, 'job-result', {
  ...{ words: textBlock('FINISHED'), version: 1, by: '' },
});
const cleaned = entry('checkpointsCleaned', 1, '', undefined, master);

const file = (checkpoint: number) => `chk-${checkpoint}/sum[0]-1`;
const begun = (checkpoint: number) => [says('triggered', checkpoint), written(file(checkpoint))];
const stored = (checkpoint: number) => [
  ...[...begun(checkpoint), acknowledged(checkpoint)],
  ...[pointer(checkpoint), says('stored', checkpoint)],
];
const aborted = (checkpoint: number) => says('aborted', checkpoint, { reason: 'IO_EXCEPTION' });
const end = entry('processStarted', 0, '');

/** Each step is a group of entries, 100 microseconds after the one before. */
function verdictOn(...steps: readonly (Entry | readonly Entry[])[]): string {
  const entries = steps.flatMap((step, index) =>
    [step].flat().map((one) => ({ ...one, at: 1_000 + 100 * index })),
  );
  return told(judge('checkpoint-order', [granted, ...entries]));
}

describe('where nothing disturbs it', () => {
  test('files go behind their pointer, and pointers behind a newer one', () => {
    const driven = [stored(1), stored(2)];
    expect(verdictOn(...driven, [released(1), deleted(file(1))], [], [], end)).toMatch(/^holds/);
    expect(verdictOn(...driven, released(1), [], [], end)).toMatchInlineSnapshot(`
      "violated, 3 judged, at 12
      chk-1/sum[0]-1 is left for 0.000200 s, and nothing holds it
      about 
      proved by valueDeleted 1, processStarted 0"
    `);
    expect(verdictOn(...driven, [], released(1), deleted(file(1)), end)).toMatch(/^holds/);
    const again = [deleted(file(1)), written(file(1))];
    expect(verdictOn(...driven, released(1), again, [], [], end)).toMatch(/^holds/);
    expect(verdictOn(...driven, [], [], end)).toContain('the pointer of checkpoint 1 is left');
  });

  test('files of an aborted checkpoint go, whoever knows of them', () => {
    const told = [begun(1), acknowledged(1), aborted(1)];
    expect(verdictOn(...told, deleted(file(1)), [], end)).toMatch(/^holds/);
    expect(verdictOn(...told, [], [], end)).toContain('chk-1/sum[0]-1 is left');
    const late = [begun(1), aborted(1), acknowledged(1)];
    expect(verdictOn(...late, [], end)).toMatch(/^holds/);
    expect(verdictOn(...late, [], [], end)).toContain('chk-1/sum[0]-1 is left');
    const place = [[says('triggered', 1), written('chk-1/', 'job-manager-0')], aborted(1)];
    expect(verdictOn(...place, [], [], end)).toContain('chk-1/ is left');
  });

  test('what is not acknowledged goes', () => {
    expect(verdictOn(begun(1), [], [], end)).toContain('chk-1/sum[0]-1 is left');
    expect(verdictOn(begun(1), [], acknowledged(1), [], end)).toMatch(/^holds/);
    expect(verdictOn(begun(1), [], deleted(file(1)), [], end)).toMatch(/^holds/);
    const place = [says('triggered', 1), written('chk-1/', 'job-manager-0')];
    expect(verdictOn(place, [], [], [], end)).toMatch(/^holds/);
  });

  test('a task manager that crashes disturbs what it wrote', () => {
    const crash = (process: string) => [
      ...[written(file(7), 'task-manager-1'), deleted(file(7))],
      happens('processCrashed', process),
    ];
    expect(verdictOn(begun(1), crash('task-manager-1'), [], end)).toContain('is left');
    expect(verdictOn(begun(1), crash('task-manager-0'), [], end)).toMatch(/^holds/);
    expect(verdictOn(begun(1), crash('job-manager-0'), [], end)).toMatch(/^holds/);
    expect(verdictOn(crash('task-manager-0'), begun(1), [], [], end)).toMatch(/^holds/);
  });
});

describe('where something does', () => {
  const began = fault('faultBegan');
  const late = [stored(1), begun(2), [began, acknowledged(2)], aborted(2)];

  test('it may stay until the job is over', () => {
    expect(verdictOn(...late, [], [], end)).toMatch(/^holds/);
    const finished = [...late, [over, released(1), deleted(file(1))]];
    expect(verdictOn(...finished, [deleted(file(2)), cleaned])).toMatch(/^holds/);
    expect(verdictOn(...finished, cleaned)).toMatchInlineSnapshot(`
      "violated, 4 judged, at 14
      chk-2/sum[0]-1 is left, and nothing holds it when the job is over
      about 
      proved by aborted 2, checkpointsCleaned 1"
    `);
  });

  test('what nobody knows of may stay for ever', () => {
    const run = [stored(1), begun(2), began, [over, released(1), deleted(file(1))], cleaned];
    expect(verdictOn(...run)).toMatch(/^holds/);
  });

  test('what the leader knew may stay when it has crashed', () => {
    const lost = [...late, happens('processCrashed', 'job-manager-0')];
    expect(verdictOn(...lost, [over, released(1), deleted(file(1))], cleaned)).toMatch(/^holds/);
  });

  test('what reaches it while it is paused it may not hear of', () => {
    const paused = [
      stored(1),
      [begun(2), aborted(2)].flat(),
      happens('processPaused', 'job-manager-0'),
    ];
    const run = [...paused, acknowledged(2), [over, released(1), deleted(file(1))], cleaned];
    expect(verdictOn(...run)).toMatch(/^holds/);
  });
});
