/**
 * Goal: an abort frees every channel, also where the coordinator's own notice is late. Method: one
 * keyed subtask is so far behind that a checkpoint expires before its barrier gets there; the
 * notices to the other task manager are held back until after the next trigger. The sink there has
 * the barrier of the faster subtask by then, and that of the slower one never comes.
 */
import { expect, test } from 'vitest';
import type { Fault } from '../../../src/faults/fault.js';
import type { Details, Entry } from '../../../src/history/entry.js';
import { planOf, type Plan } from '../../../src/run/plan.js';
import { judge, run } from '../../../src/run/run.js';
import { flights, smallScenario } from '../../fixtures/flights.js';

const data = flights(1_600);
const small = smallScenario(1_600);

/** A source, a keyed subtask and a sink share one core; a keyed subtask and a sink have another. */
const scenario = {
  ...small,
  data: { ...small.data, splits: 1, recordsPerSecond: 8_000 },
  parallelism: { source: 1, keyed: 2, sink: 2 },
  configuration: {
    ...small.configuration,
    checkpointIntervalMillis: 250,
    checkpointTimeoutMillis: 100,
    tolerableFailedCheckpoints: 100,
    heartbeatTimeoutMillis: 5_000,
    taskManagers: 2,
  },
  costs: {
    ...small.costs,
    sourceRecordMicros: { min: 100, max: 100 },
    keyedRecordMicros: { min: 1_000, max: 1_000 },
    sinkRecordMicros: { min: 100, max: 100 },
  },
  faults: { ...small.faults, kinds: [], max: 0 },
};

/** What the job manager says to the other task manager waits until after the third trigger. */
const clog: Fault = {
  when: { aim: { moment: 'triggered', occurrence: 2 }, after: 20_000 },
  what: { kind: 'clog', from: 'job-manager-0', to: 'task-manager-1', duration: 350_000 },
};

const plan: Plan = { ...planOf(scenario, '1'), faults: [clog] };

/** What happened, by its first words: kind or message, subject, and what it is about. */
function timesOf(): Map<string, number> {
  const times = new Map<string, number>();
  const see = ({ at, kind, subject, about, detail }: Entry): void => {
    const { message } = (detail ?? {}) as Partial<Details['delivered']>;
    const name = `${message ?? kind} ${subject} ${about}`.trim();
    if (!times.has(name)) times.set(name, at);
  };
  const sees = ['faultEnded', 'triggered', 'aborted', 'alignmentAborted', 'barrierReceived'];
  const messages = ['cancelMarker', 'notifyCheckpointAborted'];
  run(plan, data, { sees, messages, see });
  return times;
}

test('a barrier of the next checkpoint overtakes the one that was given up', () => {
  const times = timesOf();
  const at = (name: string): number => times.get(name) ?? NaN;
  expect(at('barrierReceived 2 totals[1]->sink[1]')).toBeGreaterThan(at('aborted 2'));
  expect(at('alignmentAborted 2 sink[1]')).toBe(at('barrierReceived 3 totals[0]->sink[1]'));
  expect(at('alignmentAborted 2 sink[1]')).toBeLessThan(at('notifyCheckpointAborted 2 sink[1]'));
});

test('all laws hold', () => {
  const { reason, verdicts, began } = judge(plan, data);
  expect({ reason, began }).toEqual({ reason: 'finished', began: [1] });
  expect(verdicts.filter(({ outcome }) => outcome !== 'holds')).toEqual([]);
});
