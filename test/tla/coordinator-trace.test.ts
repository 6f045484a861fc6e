/** The coordinator as a behaviour: moment by moment by hand, and what holds of real runs. */
import { expect, test } from 'vitest';
import { decodeItfTrace, encodeItfTrace, encodeTla, type State, type Value } from 'tla-json-export';

import type { Details, Entry } from '../../src/history/entry.js';
import { recorder } from '../../src/history/recorder.js';
import { planOf } from '../../src/run/plan.js';
import { run } from '../../src/run/run.js';
import { coordinatorTrace } from '../../src/tla/coordinator-trace.js';
import { flights, smallScenario } from '../fixtures/flights.js';

function entry(kind: string, subject: number, about = '', detail?: unknown): Entry {
  return { at: 5, process: 'job-manager-0', incarnation: 1, kind, subject, about, detail };
}

function detailed<Kind extends keyof Details>(kind: Kind, subject: number, detail: Details[Kind]) {
  return entry(kind, subject, '', detail);
}

/** The variables as TLA+ text, and only those that the last moment changed. */
function changesOf(states: readonly State[]): Record<string, string> {
  const [one, other] = states.slice(-2);
  const changed = [...(other?.values ?? [])].filter(
    ([name, value]) => encodeTla(value) !== encodeTla(one?.values.get(name) as Value),
  );
  return Object.fromEntries(changed.map(([name, value]) => [name, encodeTla(value)]));
}

const start = [
  entry('leader', 1),
  detailed('jobStatus', 0, { status: 'CREATED' }),
  detailed('restoring', 0, { attempt: 7 }),
  detailed('jobStatus', 7, { status: 'RUNNING' }),
  entry('running', 7),
];
const gathered = [
  ...start,
  entry('triggered', 3),
  entry('coordinated', 3, 'source'),
  entry('acknowledged', 3, 'totals[1]'),
  entry('acknowledged', 3, 'totals[0]'),
];
const stored = [
  ...gathered,
  entry('lastAcknowledged', 3),
  entry('metadataWritten', 3),
  entry('stored', 3),
];
const pending = (phase: string, acknowledged: string) => {
  const fields = [`acknowledged |-> ${acknowledged}`, 'coordinated |-> {"source"}', 'id |-> 3'];
  return `{[${fields.join(', ')}, phase |-> "${phase}"]}`;
};
const both = '{"totals[0]", "totals[1]"}';

test.each<[string, readonly Entry[], Record<string, string>]>([
  ['a leader', [entry('leader', 2)], { epoch: '2' }],
  ['a restore from nothing', start.slice(0, 3), { attempt: '7' }],
  ['tasks that run', start, { tasksRunning: 'TRUE' }],
  [
    'a trigger',
    gathered.slice(0, 6),
    { pending: '{[acknowledged |-> {}, coordinated |-> {}, id |-> 3, phase |-> "gathering"]}' },
  ],
  ['an acknowledgement', gathered, { pending: pending('gathering', both) }],
  ['the last of them', stored.slice(0, 10), { pending: pending('writingMetadata', both) }],
  ['metadata', stored.slice(0, 11), { pending: pending('storing', both) }],
  ['a pointer', stored, { pending: '{}', retained: '{3}' }],
  ['its notices', [...stored, entry('completed', 3)], { completed: '{3}' }],
  ['its removal', [...stored, entry('subsumed', 3)], { retained: '{}' }],
  ['the end of the job', [...stored, entry('checkpointsCleaned', 1)], { retained: '{}' }],
  ['a decline, alone', [...gathered, entry('declined', 3, 'totals[0]')], {}],
  ['an expiry, alone', [...gathered, entry('expired', 3)], {}],
  [
    'an abort',
    [...gathered, detailed('aborted', 3, { reason: 'CHECKPOINT_EXPIRED' })],
    { pending: '{}', aborted: '{[id |-> 3, reason |-> "CHECKPOINT_EXPIRED"]}' },
  ],
  [
    'a failover',
    [...gathered, detailed('jobStatus', 7, { status: 'RESTARTING' })],
    { status: '"RESTARTING"', tasksRunning: 'FALSE' },
  ],
  [
    'the death of the leader',
    [...gathered, detailed('processCrashed', 1, { cause: 'crash' })],
    { status: '"NONE"', tasksRunning: 'FALSE', pending: '{}' },
  ],
  [
    'a restore from a checkpoint that nobody lived to call stored',
    [...start, detailed('restoring', 9, { attempt: 8 })],
    { attempt: '8', restored: '9', retained: '{9}', tasksRunning: 'FALSE' },
  ],
])('%s', (_what, entries, changes) => {
  const { states } = coordinatorTrace(entries, {});
  expect(states).toHaveLength(entries.length + 1);
  expect(changesOf(states)).toEqual(changes);
});

test('a state names its moment and the arguments; moments of others add none', () => {
  const strange = { ...entry('processCrashed', 1), process: 'task-manager-0' };
  const entries = [strange, entry('deploying', 7), entry('acknowledged', 3, 'totals[1]')];
  const { meta, states } = coordinatorTrace(entries, { seed: '7' });
  expect(meta).toMatchObject({ format: 'ITF', seed: '7', varTypes: { retained: 'Set(Int)' } });
  expect(states.map((state) => state.meta)).toEqual([
    { 'mbt::actionTaken': 'init' },
    {
      atMicros: 5,
      'mbt::actionTaken': 'acknowledged',
      'mbt::nondetPicks': { checkpoint: { '#bigint': '3' }, subtask: 'totals[1]' },
    },
  ]);
});

const data = flights();

test.each(Array.from({ length: 20 }, (_, seed) => String(seed)))(
  'seed %s: what holds of every state of a run',
  (seed) => {
    const seen = recorder();
    const { moments } = run(planOf(smallScenario(), seed), data, seen);
    const trace = coordinatorTrace(seen.entries, { seed });
    expect(decodeItfTrace(encodeItfTrace(trace))).toEqual(trace);
    expect(trace.states.length).toBeGreaterThan(moments['acknowledged'] ?? 0);
    for (const { values } of trace.states) checkState(values);
  },
);

/**
 * One checkpoint at a time; completed ones were stored, and the newest is there until the job is
 * over; aborted ones were not completed.
 */
function checkState(values: ReadonlyMap<string, Value>) {
  const retained = numbersOf(values.get('retained'));
  const completed = numbersOf(values.get('completed'));
  const aborted = numbersOf(values.get('aborted'));
  const pending = numbersOf(values.get('pending'));
  const [restored = 0n] = numbersOf(values.get('restored'));
  expect(pending.length).toBeLessThanOrEqual(1);
  for (const id of pending) expect([...retained, ...completed, ...aborted]).not.toContain(id);
  for (const id of completed) expect(aborted).not.toContain(id);
  const status = encodeTla(values.get('status') as Value);
  const isOver = status === '"FINISHED"' && retained.length === 0;
  const isKnown =
    restored === 0n || retained.includes(restored) || retained.some((id) => id > restored);
  expect(isKnown || isOver).toBe(true);
  if (pending.length > 0) expect(status).toMatch(/RUNNING|RESTARTING|FAILING/);
}

/** The numbers of a value; of a set of records, their ids. */
function numbersOf(value: Value | undefined): readonly bigint[] {
  if (value?.kind === 'int') return [value.value];
  if (value?.kind === 'set') return value.elements.flatMap(numbersOf);
  if (value?.kind === 'rec')
    return value.fields.flatMap(([name, field]) => (name === 'id' ? numbersOf(field) : []));
  return [];
}
