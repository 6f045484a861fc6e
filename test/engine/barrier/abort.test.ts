/**
 * Goal: an abort frees every channel, also where the coordinator's own notice is late. Method: one
 * keyed subtask is so far behind that a checkpoint expires before its barrier gets there; the
 * notices to the other task manager are held back until after the next trigger. The sink there has
 * the barrier of the faster subtask by then, and that of the slower one never comes: what frees it
 * is the marker that the slower one sends instead.
 */
import { expect, test } from 'vitest';
import type { Fault } from '../../../src/faults/fault.js';
import type { Details, Entry } from '../../../src/history/entry.js';
import { planOf, type Plan } from '../../../src/run/plan.js';
import { judge, run } from '../../../src/run/run.js';
import { flights, smallScenario, totalsJob, withData } from '../../fixtures/flights.js';

const data = flights(3_200);
const small = withData(smallScenario(3_200), { splits: 1, recordsPerSecond: 8_000 });

/** A source, a keyed subtask and a sink share one core; a keyed subtask and a sink have another. */
const scenario = {
  ...small,
  job: totalsJob({ source: 1, keyed: 2, sink: 2 }),
  configuration: {
    ...small.configuration,
    'execution.checkpointing.interval': '300ms',
    'execution.checkpointing.timeout': '80ms',
    'execution.checkpointing.tolerable-failed-checkpoints': 100,
    'heartbeat.timeout': '5s',
  },
  cluster: { ...small.cluster, taskManagers: 2 },
  costs: {
    ...small.costs,
    sourceRecordMicros: { min: 200, max: 200 },
    keyedRecordMicros: { min: 1_000, max: 1_000 },
    sinkRecordMicros: { min: 500, max: 500 },
  },
  faults: { ...small.faults, kinds: [], max: 0 },
};

/** What the job manager says to the other task manager waits until after the next trigger. */
const clog: Fault = {
  when: { aim: { moment: 'triggered', occurrence: 4 }, after: 20_000 },
  what: { kind: 'clog', from: 'job-manager-0', to: 'task-manager-1', duration: 350_000 },
};

const plan: Plan = { ...planOf(scenario, '1'), faults: [clog] };

/** When things happened first: by kind or message, subject, and what they are about. */
const times = new Map<string, number>();
/** When records of the faster keyed subtask entered the other sink. */
const entered: number[] = [];

function see({ at, kind, subject, about, detail }: Entry): void {
  const { message, channel } = (detail ?? {}) as Partial<Details['delivered'] & Details['entered']>;
  const name = `${message ?? kind} ${subject} ${about}`.trim();
  if (!times.has(name)) times.set(name, at);
  if (kind === 'entered' && channel === 'totals[1]->sink[1]') entered.push(at);
}

const sees = ['triggered', 'aborted', 'alignmentAborted', 'barrierReceived', 'entered'];
const messages = ['cancelMarker', 'notifyCheckpointAborted'];
run(plan, data, { sees, messages, see });

const at = (name: string): number => times.get(name) ?? NaN;

test('a sink is freed by the marker of a subtask that gave up, long before its own notice', () => {
  const blockedAt = at('barrierReceived 4 totals[1]->sink[1]');
  const markerAt = at('cancelMarker 4 totals[0]->sink[1]');
  expect(blockedAt).toBeLessThan(at('aborted 4'));
  expect(at('alignmentAborted 4 totals[0]')).toBeGreaterThan(at('aborted 4'));
  expect(markerAt).toBeGreaterThan(at('alignmentAborted 4 totals[0]'));
  // Before the marker stands at most one buffer: 8 records of 500 µs, on a core that two share.
  expect(at('alignmentAborted 4 sink[1]') - markerAt).toBeLessThan(8_000);
  const next = entered.find((time) => time > blockedAt) ?? NaN;
  expect(next).toBeGreaterThan(at('alignmentAborted 4 sink[1]'));
  expect(next - markerAt).toBeLessThan(20_000);
  expect(at('notifyCheckpointAborted 4 sink[1]') - markerAt).toBeGreaterThan(250_000);
});

test('the checkpoint that was triggered meanwhile overtakes nothing', () => {
  expect(at('triggered 5')).toBeLessThan(at('notifyCheckpointAborted 4 sink[1]'));
  expect(at('alignmentAborted 4 sink[1]')).toBeLessThan(at('triggered 5'));
});

test('all laws hold', () => {
  const { reason, verdicts, began } = judge(plan, data);
  expect({ reason, began }).toEqual({ reason: 'finished', began: [1] });
  expect(verdicts.filter(({ outcome }) => outcome !== 'holds')).toEqual([]);
});
