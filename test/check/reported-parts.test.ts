/**
 * Goal: what is told of subtasks and tasks is held against what the subtasks did. Method: a history
 * by hand, of a source that is told to begin and of a sum with two inputs, of which each value is
 * changed in turn.
 */
import { describe, expect, test } from 'vitest';
import type { Extent, SubtaskStats, TaskStats } from '../../src/history/checkpoint-stats.js';
import type { CheckpointStats, Entry } from '../../src/history/entry.js';
import { checkpointBegun } from '../fixtures/checkpoint-stats.js';
import { configuration, delivered, entered, entry, judge, taken, told } from './stage.js';

const linesOn = (entries: readonly Entry[]) => told(judge('honest-reporting', entries));
const verdictOn = (entries: readonly Entry[]) => linesOn(entries).replaceAll('\n', ' ');

const at = (time: number, one: Entry, process = 'task-manager-0'): Entry => ({
  ...one,
  at: time,
  process,
});
const moment = (time: number, kind: string, about: string) => at(time, entry(kind, 1, about));
const barrier = (time: number, sender: string) =>
  at(time, entry('barrierReceived', 1, `${sender}->sum[0]`, { attempt: 1 }));
const stored = (time: number, subtask: string, words: number) => {
  const detail = { words: new Int32Array(words), by: 'task-manager-0' };
  return at(time, entry('objectWritten', -1, `chk-1/${subtask}-1`, detail), 'object-store');
};
const come = (time: number, subtask: string) =>
  at(time, delivered('checkpointAcknowledged', 1, subtask, 1), 'job-manager-0');

const counts = { restored: 0, total: 1, in_progress: 1, completed: 0, failed: 0 };
const begun: CheckpointStats = { id: 1, ...checkpointBegun };

function reported(time: number, about: string, detail: object): Entry {
  const one = entry('checkpointsReported', 1, about, { counts, restored: undefined, ...detail });
  return at(time, one, 'job-manager-0');
}

/** The report of an acknowledgement, of a task with one subtask. */
function acknowledged(
  time: number,
  about: string,
  stats: SubtaskStats,
  { before = begun, task = {} }: { before?: CheckpointStats; task?: Partial<TaskStats> } = {},
): Entry {
  const { ack_timestamp, end_to_end_duration, state_size, processed, persisted } = stats;
  const latest = { latest_ack_timestamp: ack_timestamp, end_to_end_duration };
  const checkpoint: CheckpointStats = {
    ...{ ...before, ...latest, state_size: before.state_size + state_size },
    processed_data: before.processed_data + processed,
    persisted_data: before.persisted_data + persisted,
    num_acknowledged_subtasks: before.num_acknowledged_subtasks + 1,
  };
  const { ack_timestamp: _, ...measures } = stats;
  const extents = Object.entries(measures).map(([name, value]): [string, Extent] => [
    name,
    { min: value, max: value, avg: value },
  ]);
  const whole: TaskStats = {
    ...{ ...latest, state_size, processed_data: processed, persisted_data: persisted },
    ...{ num_subtasks: 1, num_acknowledged_subtasks: 1 },
    summary: Object.fromEntries(extents) as TaskStats['summary'],
  };
  const acknowledgement = { subtask: stats, task: { ...whole, ...task } };
  return reported(time, about, { checkpoint, acknowledged: acknowledgement });
}

const source: SubtaskStats = {
  ...{ ack_timestamp: 113, end_to_end_duration: 13, state_size: 8, sync: 2, async: 5 },
  ...{ processed: 0, persisted: 0, alignment: 0, start_delay: 4 },
};
const sum: SubtaskStats = {
  ...{ ack_timestamp: 125, end_to_end_duration: 25, state_size: 12, sync: 1, async: 9 },
  ...{ processed: 24, persisted: 0, alignment: 4, start_delay: 5 },
};
const afterSource: CheckpointStats = {
  ...{ ...begun, latest_ack_timestamp: 113, end_to_end_duration: 13, state_size: 8 },
  num_acknowledged_subtasks: 1,
};

const beginning = reported(100_500, '', { checkpoint: begun, subtasks: ['source[0]', 'sum[0]'] });
const sourceDid = [
  at(103_000, delivered('triggerCheckpoint', 1, 'source[0]', 1)),
  at(104_200, taken(1, 1, 'source[0]')),
  moment(106_900, 'snapshotTaken', 'source[0]'),
  stored(111_000, 'source[0]', 2),
  moment(112_000, 'uploaded', 'source[0]'),
  come(113_400, 'source[0]'),
];
/** Records of six words in all enter between the barriers, and two of another attempt. */
const sumDid = [
  at(104_900, entered([['a', 1, 2]])),
  barrier(105_000, 'source[0]'),
  at(105_500, entered([['a', 1, 2, 3]], 'source[1]->sum[0]')),
  at(105_700, entered([['b', 1]], 'source[1]->sum[0]', 9)),
  barrier(109_700, 'source[1]'),
  at(109_700, taken(1)),
  moment(111_000, 'snapshotTaken', 'sum[0]'),
  stored(119_000, 'sum[0]', 3),
  moment(120_900, 'uploaded', 'sum[0]'),
  come(125_100, 'sum[0]'),
];
const told1 = [...sourceDid, acknowledged(113_400, 'source[0]', source)];
const words = 4 * (entered([['a', 1, 2, 3]]).detail as { words: Int32Array }).words.length;
const sumStats: SubtaskStats = { ...sum, processed: words };
const history = (report: Entry): Entry[] => [beginning, ...told1, ...sumDid, report];
const sumTold = (stats: Partial<SubtaskStats> = {}, task: Partial<TaskStats> = {}) =>
  acknowledged(125_100, 'sum[0]', { ...sumStats, ...stats }, { before: afterSource, task });

test('what was measured as it happened holds', () => {
  expect(verdictOn(history(sumTold()))).toBe('holds, 4 judged');
});

test('an alignment that is counted from the trigger convicts, by what the subtask did', () => {
  expect(linesOn(history(sumTold({ alignment: 9 })))).toMatchInlineSnapshot(`
    "violated, 4 judged, at 18
    checkpoint 1 is reported IN_PROGRESS with alignment 9 of sum[0], where 4 is right
    about checkpoint 1
    proved by barrierReceived 1, barrierReceived 1, witnessTaken 1, snapshotTaken 1,
    uploaded 1, checkpointsReported 1"
  `);
});

test.each([
  [{ start_delay: 9 }, 'with start_delay 9 of sum[0], where 5 is right'],
  [{ start_delay: -1 }, 'with start_delay -1 of sum[0], where 5 is right'],
  [{ alignment: 0 }, 'with alignment 0 of sum[0], where 4 is right'],
  [{ sync: 6 }, 'with sync 6 of sum[0], where 1 is right'],
  [{ async: 11 }, 'with async 11 of sum[0], where 9 is right'],
  [{ processed: 0 }, `with processed 0 of sum[0], where ${words} is right`],
  [{ persisted: 4 }, 'with persisted 4 of sum[0], where 0 is right'],
  [{ state_size: 8 }, 'with state_size 8 of sum[0], where 12 is right'],
  [
    { ack_timestamp: 113, end_to_end_duration: 13 },
    'with ack_timestamp 113 of sum[0], where 125 is right',
  ],
  [{ end_to_end_duration: 13 }, 'with end_to_end_duration 13 of sum[0], where 25 is right'],
])('a subtask that tells %j convicts', (change, message) => {
  const report = sumTold(change);
  const { checkpoint } = report.detail as { checkpoint: CheckpointStats };
  const latest = { latest_ack_timestamp: 125, end_to_end_duration: 25 };
  const detail = { ...(report.detail as object), checkpoint: { ...checkpoint, ...latest } };
  expect(verdictOn(history({ ...report, detail }))).toContain(message);
});

test('a source tells its delay within its trigger and its copy, and aligns nothing', () => {
  const report = (change: Partial<SubtaskStats>) =>
    verdictOn([
      beginning,
      ...sourceDid,
      acknowledged(113_400, 'source[0]', { ...source, ...change }),
    ]);
  expect(report({ start_delay: 3 })).toContain('holds');
  expect(report({ start_delay: 5 })).toContain('start_delay 5 of source[0], where 3 to 4 is right');
  expect(report({ alignment: 1 })).toContain('alignment 1 of source[0], where 0 is right');
});

test('an alignment that ends with a channel lies between the last barrier and the copy', () => {
  const did = sumDid
    .filter(({ kind, at: time }) => kind !== 'barrierReceived' || time === 105_000)
    .filter(({ kind }) => kind !== 'objectWritten');
  const report = (alignment: number) =>
    verdictOn([beginning, ...told1, ...did, sumTold({ alignment })]);
  expect(report(0)).toContain('holds');
  expect(report(4)).toContain('holds');
  expect(report(5)).toContain('alignment 5 of sum[0], where 0 to 4 is right');
});

test('a clock that may be wrong tells nothing, and gives no delay below 0', () => {
  const skew = (kind: string, time: number) =>
    at(
      time,
      entry(kind, 3, 'clockSkew', { fault: 'clockSkew of task-manager-0' }),
      'job-manager-0',
    );
  const skewed = (from: number, to: number, stats: Partial<SubtaskStats>) => {
    const all = [...history(sumTold(stats)), skew('faultBegan', from), skew('faultEnded', to)];
    return verdictOn(all.sort((one, other) => one.at - other.at));
  };
  expect(skewed(104_000, 108_000, { start_delay: 40 })).toContain('holds');
  expect(skewed(104_000, 108_000, { start_delay: -1 })).toContain('where 0 or more is right');
  expect(skewed(101_000, 102_000, { start_delay: 40 })).toContain('where 5 is right');
  const late = { ack_timestamp: 90, end_to_end_duration: 0 };
  expect(skewed(121_000, 126_000, late)).toContain('holds');
  expect(skewed(121_000, 122_000, late)).toContain(
    'ack_timestamp 90 of sum[0], where 125 is right',
  );
});

test('a pause within a step lets a reading be earlier than its entry', () => {
  const paused = at(105_600, entry('processPaused', 0, ''));
  const resumed = at(109_700, entry('processResumed', 0, ''));
  const report = (alignment: number) => {
    const all = [...history(sumTold({ alignment })), paused];
    const sorted = all.sort((one, other) => one.at - other.at);
    const place = sorted.findIndex(
      ({ kind, about }) => kind === 'barrierReceived' && about.startsWith('source[1]'),
    );
    return verdictOn([...sorted.slice(0, place), resumed, ...sorted.slice(place)]);
  };
  expect(report(0)).toContain('holds');
  expect(report(4)).toContain('holds');
  expect(report(5)).toContain('alignment 5 of sum[0], where 0 to 4 is right');
});

describe('what a task and the whole come to', () => {
  const extents = sumTold().detail as { acknowledged: { task: TaskStats } };
  const { summary } = extents.acknowledged.task;
  const wrong = { min: 4, max: 4, avg: 2 };

  test.each([
    [{ num_subtasks: 2 }, 'with num_subtasks 2 of sum, where 1 is right'],
    [{ num_acknowledged_subtasks: 0 }, 'with num_acknowledged_subtasks 0 of sum, where 1 is right'],
    [{ state_size: 20 }, 'with state_size 20 of sum, where 12 is right'],
    [{ processed_data: 0 }, `with processed_data 0 of sum, where ${words} is right`],
    [{ end_to_end_duration: 13 }, 'with end_to_end_duration 13 of sum, where 25 is right'],
    [{ latest_ack_timestamp: 113 }, 'with latest_ack_timestamp 113 of sum, where 125 is right'],
    [
      { summary: { ...summary, alignment: wrong } },
      'with summary.alignment.avg 2 of sum, where 4 is right',
    ],
  ])('a task that shows %j convicts', (task, message) => {
    expect(verdictOn(history(sumTold({}, task)))).toContain(message);
  });

  test('the whole has one part more', () => {
    const report = sumTold();
    const { checkpoint } = report.detail as { checkpoint: CheckpointStats };
    const more = { ...checkpoint, processed_data: checkpoint.processed_data + 1 };
    const detail = { ...(report.detail as object), checkpoint: more };
    expect(verdictOn(history({ ...report, detail }))).toContain(
      `with processed_data ${words + 1}, where ${words} is right`,
    );
  });

  test('the average of several is that of their acknowledgements, less the trigger', () => {
    const both = ['source[0]', 'source[1]'];
    const other = { ...source, ack_timestamp: 116, end_to_end_duration: 16 };
    const extent = (value: number) => ({ min: value, max: value, avg: value });
    const task = (avg: number): Partial<TaskStats> => ({
      ...{ state_size: 16, num_subtasks: 2, num_acknowledged_subtasks: 2 },
      summary: {
        ...{ end_to_end_duration: { min: 13, max: 16, avg }, state_size: extent(8) },
        ...{ sync: extent(2), async: extent(5), processed: extent(0), persisted: extent(0) },
        ...{ alignment: extent(0), start_delay: extent(4) },
      },
    });
    const report = (avg: number) =>
      verdictOn([
        reported(100_500, '', { checkpoint: begun, subtasks: both }),
        come(113_400, 'source[0]'),
        acknowledged(113_400, 'source[0]', source, { task: { num_subtasks: 2 } }),
        come(116_000, 'source[1]'),
        acknowledged(116_000, 'source[1]', other, { before: afterSource, task: task(avg) }),
      ]);
    expect(report(14)).toBe('holds, 3 judged');
    expect(report(16)).toContain('with summary.end_to_end_duration.avg 16 of source, where 14');
  });
});

describe('who has acknowledged', () => {
  test('takes part, has said so on the wire, and is shown once', () => {
    const lost = [beginning, acknowledged(113_400, 'source[0]', source)];
    expect(verdictOn(lost)).toContain('those of 0 subtasks have come');
    const other = [beginning, come(113_400, 'sum[0]'), acknowledged(113_400, 'source[0]', source)];
    expect(verdictOn(other)).toContain('by source[0], whose acknowledgement has not come');
    const stranger = acknowledged(125_100, 'sink[0]', sumStats, { before: afterSource });
    expect(verdictOn(history(stranger))).toContain('by sink[0], which takes no part');
    const again = acknowledged(125_100, 'source[0]', source, { before: afterSource });
    expect(verdictOn(history(again))).toContain('by source[0] a second time');
  });

  test('is named', () => {
    const { detail, ...rest } = sumTold();
    const { acknowledged: _, ...without } = detail as Record<string, unknown>;
    expect(verdictOn(history({ ...rest, detail: without }))).toContain(
      'without the part of who has acknowledged it',
    );
    const nobody = reported(100_500, '', { checkpoint: begun });
    expect(verdictOn([nobody])).toContain('with 2 subtasks, and names 0');
  });
});

const taskState = (time: number, subtask: string, state: string, attempt = 1) =>
  at(time, entry('taskState', 0, subtask, { state, attempt, cause: '' }));

describe('a subtask that had finished', () => {
  const zeros: SubtaskStats = {
    ...{ ack_timestamp: 100, end_to_end_duration: 0, state_size: 0, sync: 0, async: 0 },
    ...{ processed: 0, persisted: 0, alignment: 0, start_delay: 0 },
  };
  const over = taskState(90_000, 'source[0]', 'FINISHED');
  const shown = (time: number, stats: Partial<SubtaskStats> = {}) =>
    acknowledged(time, 'source[0]', { ...zeros, ...stats });
  const report = (...rest: Entry[]) => verdictOn([...rest]);

  test('is shown with zeros as soon as the checkpoint begins', () => {
    expect(report(over, beginning, shown(100_500))).toBe('holds, 2 judged');
    expect(report(over, beginning, shown(100_500, { state_size: 8 }))).toContain(
      'with state_size 8 of source[0], where 0 is right',
    );
    const late = shown(113_400, { ack_timestamp: 113, end_to_end_duration: 13 });
    expect(report(over, beginning, late)).toContain(
      'by source[0], which had finished when it began',
    );
    expect(report(over, beginning, shown(100_500), shown(100_500))).toContain('violated');
  });

  test('has said so, in its newest attempt, before that', () => {
    const none = 'those of 0 subtasks have come';
    expect(report(beginning, over, shown(100_500))).toContain(none);
    const again = taskState(95_000, 'source[0]', 'RUNNING', 2);
    expect(report(over, again, beginning, shown(100_500))).toContain(none);
    const older = taskState(96_000, 'source[0]', 'FINISHED', 1);
    expect(report(again, older, beginning, shown(100_500))).toContain(none);
  });

  test('is part of the checkpoint', () => {
    const other = taskState(90_000, 'sink[0]', 'FINISHED');
    expect(report(other, beginning)).toContain('is reported IN_PROGRESS without sink[0]');
  });
});

describe('what is told of a checkpoint that has failed', () => {
  const failed: CheckpointStats = {
    ...{ ...afterSource, status: 'FAILED', end_to_end_duration: 23 },
    ...{ failure_timestamp: 123, failure_message: 'it expired' },
  };
  const over = { restored: 0, total: 1, in_progress: 0, completed: 0, failed: 1 };
  const fails = reported(123_000, '', { counts: over, checkpoint: failed });
  const notified = at(123_400, delivered('notifyCheckpointAborted', 1, 'sum[0]', 1));
  const word = (message: string, attempt = 1) =>
    at(125_100, delivered(message, 1, 'sum[0]', attempt), 'job-manager-0');
  const uploaded = word('checkpointAcknowledged');
  const cancelled = word('checkpointMetricsReported');
  const did = sumDid.slice(0, -1); // but for its acknowledgement
  const unknown = { async: -1, persisted: -1, state_size: 0 };

  /** The report of a late part, of a task of which nobody has acknowledged. */
  const told = (stats: Partial<SubtaskStats>, whole: Partial<CheckpointStats> = {}): Entry => {
    const subtask = { ...sumStats, ...stats };
    const {
      checkpoint: _,
      acknowledged: told,
      ...rest
    } = sumTold(stats).detail as {
      checkpoint: CheckpointStats;
      acknowledged: { task: TaskStats };
    };
    const { task } = told;
    const known = (value: number): Extent => ({ min: value, max: value, avg: value });
    const summary = Object.fromEntries(
      Object.entries(task.summary).map(([name, { min }]) => [name, known(Math.max(0, min))]),
    ) as TaskStats['summary'];
    const late: TaskStats = {
      ...{ ...task, persisted_data: 0, num_acknowledged_subtasks: 0 },
      ...{ latest_ack_timestamp: -1, end_to_end_duration: -1 },
      summary: { ...summary, end_to_end_duration: known(0) },
    };
    const checkpoint: CheckpointStats = {
      ...{ ...failed, state_size: 8 + subtask.state_size, processed_data: subtask.processed },
      ...whole,
    };
    const incomplete = { subtask, task: late };
    return reported(125_100, 'sum[0]', { ...rest, counts: over, checkpoint, incomplete });
  };
  const of = (...rest: Entry[]) => verdictOn([beginning, ...told1, ...did, fails, ...rest]);

  test('is what was uploaded too late, or what was measured before that was cancelled', () => {
    expect(of(uploaded, told({}))).toBe('holds, 5 judged');
    expect(of(notified, cancelled, told(unknown))).toBe('holds, 6 judged');
    expect(of(notified, cancelled)).toContain('holds');
  });

  test('is told by who has sent it, once, and is what it did', () => {
    expect(of(told({}))).toContain('by sum[0], which has told nothing of it');
    expect(of(uploaded, told({ sync: 2 }))).toContain('with sync 2 of sum[0], where 1 is right');
    const full = told({ async: 9, persisted: -1, state_size: 0 });
    expect(of(notified, cancelled, full)).toContain('with async 9 of sum[0], where -1 is right');
    expect(of(uploaded, told({}), told({}))).toContain('by sum[0] a second time');
    const other = word('checkpointAcknowledged', 2);
    expect(of(other, told({}))).toContain('which has told nothing of it');
  });

  test('comes from a task that was told of the abort', () => {
    expect(of(cancelled, told(unknown))).toContain(
      'sum[0] gives up its part of checkpoint 1, and was not told that it is aborted',
    );
  });

  test('is no acknowledgement, and changes no time', () => {
    const more = told({}, { num_acknowledged_subtasks: 2 });
    expect(of(uploaded, more)).toContain('with num_acknowledged_subtasks 2, where 1 is right');
    const later = told({}, { latest_ack_timestamp: 125 });
    expect(of(uploaded, later)).toContain('with latest_ack_timestamp 125, where 113 is right');
    const less = told({}, { state_size: 8 });
    expect(of(uploaded, less)).toContain('with state_size 8, where 20 is right');
  });

  test('needs one that has failed', () => {
    expect(verdictOn([beginning, ...told1, ...did, uploaded, told({})])).toContain('violated');
    const context = { configuration: { ...configuration, checkpointsHistory: 0 } };
    const all = [beginning, ...told1, ...did, fails, uploaded, told({})];
    const forgotten = judge('honest-reporting', all, 'finished', context).violation?.message;
    expect(forgotten).toContain('with a late part of sum[0], and had not failed');
  });
});
