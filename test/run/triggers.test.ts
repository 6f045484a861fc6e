/**
 * Goal: sources that have read enough make a checkpoint begin, by records and by bytes, and so does
 * a client, calm and under faults, and the history says so. Method: the scenario `triggers`, whose
 * interval is made so long that it begins none, and runs with other amounts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { dataOf } from '../../src/campaign/runner.js';
import { readScenario } from '../../src/cli/inputs.js';
import type { Fault, FaultKind } from '../../src/faults/fault.js';
import { detailOf } from '../../src/history/entry.js';
import { recorder } from '../../src/history/recorder.js';
import { parseScenario } from '../../src/run/scenario.js';
import { JOB_MANAGER, planOf, type Plan } from '../../src/run/plan.js';
import { judge, run } from '../../src/run/run.js';
import type { Triggers } from '../../src/run/triggers.js';
import { root } from '../cli/stage.js';
import { namesIn } from '../faults/names.js';

const source = readScenario(join(root, 'scenarios/triggers.yaml'));
const records = dataOf(source).records;
const written: object = parse(readFileSync(join(root, 'scenarios/triggers.yaml'), 'utf8'));
const calmInterval = { 'execution.checkpointing.interval': '10min' };

function planned(asked: Partial<Triggers>, more = {}) {
  const triggers = { manualAtMillis: [], ...asked };
  const configuration = { ...source.scenario.configuration, ...more };
  return planOf({ ...source.scenario, triggers, configuration }, '7');
}

/** By whom the checkpoints of a run without faults were asked for, in their order. */
function begunBy(triggers: Partial<Triggers>): (string | undefined)[] {
  const seen = recorder();
  run({ ...planned(triggers, calmInterval), faults: [] }, records, seen);
  return seen.entries
    .filter(({ kind }) => kind === 'triggered')
    .map((entry) => detailOf(entry, 'triggered').by);
}

/** The section `triggers` as it is read. */
function read(triggers: object | undefined): Triggers {
  const text = JSON.stringify({ ...written, triggers });
  return parseScenario(text, 'a.yaml', () => undefined).triggers;
}

test('amounts are counted in one unit', () => {
  expect(() => read({ everyRecords: 5, everyBytes: 5 })).toThrow('take one out');
  expect(() => read({ everyRecord: 5 })).toThrow('did you mean everyRecords?');
  expect(() => read({ everyBytes: 0 })).toThrow('is 0; it must be at least 1');
});

test.each([
  [1e16, /^a\.yaml:\S+ triggers\.everyBytes: is 1\d+; it must be at most 1000000000$/],
  [-1e16, /^a\.yaml:\S+ triggers\.everyBytes: is -1\d+; it must be at least 1$/],
])('beyond the exact integers the bound is told, once: %d', (everyBytes, message) => {
  expect(() => read({ everyBytes })).toThrow(message);
});

test('a section that names nothing asks for nothing, as one that is left out', () => {
  expect(read({})).toEqual({ manualAtMillis: [] });
  expect(read({ manualAtMillis: [] })).toEqual(read({}));
  expect(read(undefined)).toEqual(read({}));
});

test('400 records ask for as many checkpoints as they hold', () => {
  const thrice = ['data', 'data', 'data', 'final'];
  expect(begunBy({})).toEqual(['final']);
  expect(begunBy({ everyRecords: 401 })).toEqual(['final']);
  expect(begunBy({ everyRecords: 100 })).toEqual(thrice);
  expect(begunBy({ everyBytes: 2_500 })).toEqual(thrice);
});

test.each([{ everyRecords: 1 }, { everyRecords: 60 }, { everyBytes: 700 }])(
  'under faults every law holds with %j',
  (triggers) => {
    const { reason, verdicts } = judge(planned(triggers), records);
    expect(reason).toBe('finished');
    expect(verdicts.filter(({ outcome }) => outcome !== 'holds')).toEqual([]);
  },
);

const CLIENT = 'client';

/** What a client does and suffers in a run with these faults of the plan. */
function livedBy(plan: Plan, faults: readonly Fault[]): string {
  const seen = recorder();
  run({ ...plan, faults }, records, seen);
  const own = seen.entries.filter(({ process }) => process === CLIENT);
  return own.map(({ at, kind, detail }) => JSON.stringify([at, kind, detail])).join('\n');
}

/** Whether a fault is drawn for the client, or for a link of it. */
function isOfClient({ when, what }: Fault): boolean {
  const aimed = 'aim' in when && /^checkpoint(Asked|Answered)$/.test(when.aim.moment);
  const named = namesIn(what);
  return named.includes(CLIENT) || (aimed && named.includes('self'));
}

test.each<FaultKind>(['crash', 'pause', 'partition', 'clog', 'break', 'clockSkew'])(
  'drawn faults of the kind %s change what the client lives through',
  (kind) => {
    const seeds = Array.from({ length: 300 }, (_, seed) => planOf(source.scenario, String(seed)));
    const isStruck = seeds.some((plan) => {
      const others = plan.faults.filter((fault) => fault.what.kind !== kind || !isOfClient(fault));
      if (others.length === plan.faults.length) return false;
      return livedBy(plan, plan.faults) !== livedBy(plan, others);
    });
    expect(isStruck).toBe(true);
  },
);

/** What a client hears of its requests in the end, in their order. */
function heard(manualAtMillis: readonly number[], faults: readonly Fault[] = [], more = {}) {
  const seen = recorder();
  run({ ...planned({ manualAtMillis }, { ...calmInterval, ...more }), faults }, records, seen);
  const answers = seen.entries.filter(({ kind }) => kind === 'checkpointAnswered');
  return answers.flatMap((entry) => {
    const { status, checkpoint, reason } = detailOf(entry, 'checkpointAnswered');
    if (status === 'inProgress' || status === 'unavailable') return [];
    return [`${String(entry.subject)} ${[status, checkpoint ?? reason].join(' ')}`.trim()];
  });
}

test('a client is told the checkpoint, or why there is none', () => {
  expect(heard([16, 300, 310, 600])).toEqual([
    '1 failed NOT_ALL_REQUIRED_TASKS_RUNNING',
    '2 completed 1',
    '3 completed 2',
    '4 completed 3',
  ]);
});

test('what a job manager has taken dies with it, and without one the client gives up', () => {
  const what = {
    kind: 'crash',
    process: JOB_MANAGER,
    silent: false,
    restartAfter: 30_000,
  } as const;
  const crash: Fault = { when: { at: 310_000 }, what };
  const late = ['1 gaveUp', '2 gaveUp'];
  expect(heard([300, 312], [crash])).toEqual(late);
  const patient = { 'rest.retry.delay': '200ms' };
  expect(heard([300, 312], [crash], patient)).toEqual(['1 unknown', '2 completed 2']);
});
