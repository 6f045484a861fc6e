/** Faults that a scenario names: every plan has them, and what is wrong with one is told. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { detailOf, type Entry } from '../../src/history/entry.js';
import { readDocument } from '../../src/run/document.js';
import { planIn } from '../../src/run/plan-form.js';
import { planOf } from '../../src/run/plan.js';
import { run } from '../../src/run/run.js';
import { parseScenario, ScenarioError, type Scenario } from '../../src/run/scenario.js';
import { flights } from '../fixtures/flights.js';

const text = readFileSync(new URL('../../scenarios/small.yaml', import.meta.url), 'utf8');

/** The small scenario with faults that are named. */
function small(fixed: string): Scenario {
  return parseScenario(
    text.replace('faults:\n', () => `faults:\n  fixed: [${fixed}]\n`),
    'small.yaml',
  );
}

function messagesOf(fixed: string): string[] {
  try {
    small(fixed);
  } catch (error) {
    if (error instanceof ScenarioError)
      return error.mistakes.map(
        ({ path, message }) => `${path.slice('faults.'.length)}: ${message}`,
      );
    throw error;
  }
  return [];
}

const crash =
  'when: { at: 250ms }, what: { kind: crash, process: task-manager-1, restartAfter: 9 }';
const aimed =
  'when: { aim: { moment: triggered, occurrence: 2 }, after: 1500µs }, ' +
  "what: { kind: failing, process: object-store, objects: '/_metadata$', access: write, " +
  'perMille: 1000, duration: 100ms }';

test('a time is a text with its unit, or whole microseconds, and little must be said', () => {
  const shift = 'when: { aim: { moment: stored } }, what: { kind: clockSkew, process: self';
  const partition = 'when: { at: 0 }, what: { kind: partition, from: [registry], to: [log-broker]';
  const { fixed } = small(
    `{ ${crash} }, { ${aimed} }, { ${shift}, by: -2s, duration: PT1S } }, ` +
      `{ ${partition}, duration: 1min } }`,
  ).faults;
  expect(fixed).toEqual([
    {
      when: { at: 250_000 },
      what: { kind: 'crash', process: 'task-manager-1', silent: false, restartAfter: 9 },
    },
    {
      when: { aim: { moment: 'triggered', occurrence: 2 }, after: 1_500 },
      what: {
        ...{ kind: 'failing', process: 'object-store', objects: '/_metadata$', access: 'write' },
        ...{ perMille: 1_000, duration: 100_000 },
      },
    },
    {
      when: { aim: { moment: 'stored', occurrence: 1 }, after: 0 },
      what: { kind: 'clockSkew', process: 'self', by: -2_000_000, duration: 1_000_000 },
    },
    {
      when: { at: 0 },
      what: {
        ...{ kind: 'partition', from: ['registry'], to: ['log-broker'] },
        ...{ bothWays: false, duration: 60_000_000 },
      },
    },
  ]);
});

test('every plan has them first, and draws what it draws without them', () => {
  const scenario = small(`{ ${crash} }`);
  const without = small('');
  for (const seed of ['1', '2', '3']) {
    const { faults, key } = planOf(scenario, seed);
    expect(faults).toEqual([...scenario.faults.fixed, ...planOf(without, seed).faults]);
    expect(key).toEqual(planOf(without, seed).key);
  }
});

test('a plan with them is read again as it was written; one of version 1 is the same', () => {
  const plan = planOf(small(`{ ${crash} }, { ${aimed} }`), '1');
  const read = (value: object) =>
    planIn(readDocument(JSON.stringify({ plan: value }), 'p'), ['plan']);
  expect(read(plan)).toEqual(plan);
  expect(read({ ...plan, planVersion: 1 })).toEqual(plan);
  expect(() => read({ ...plan, planVersion: 3 })).toThrow('plan.planVersion: is 3; it must be one');
});

test('they strike: metadata that is refused fails the checkpoint, snapshots are taken', () => {
  const scenario = small(`{ ${aimed} }`);
  const calm = { ...scenario, faults: { ...scenario.faults, kinds: [], max: 0 } };
  const seen: Entry[] = [];
  const kinds = ['faultBegan', 'aborted', 'uploaded', 'completed'];
  const see = (entry: Entry): void => void seen.push(entry);
  const { reason } = run(planOf(calm, '1'), flights(), { sees: kinds, messages: [], see });
  const of = (kind: string) => seen.filter((entry) => entry.kind === kind);
  expect(reason).toBe('finished');
  expect(of('faultBegan').map((entry) => detailOf(entry, 'faultBegan').fault)).toEqual([
    'failing object-store 1000 per mille, writes of "/_metadata$"',
  ]);
  const [failed] = of('aborted');
  expect(failed).toMatchObject({ subject: 2, detail: { reason: 'FINALIZE_CHECKPOINT_FAILURE' } });
  expect(of('uploaded').filter(({ subject }) => subject === 2).length).toBeGreaterThan(1);
  expect(of('completed').map(({ subject }) => subject)).not.toContain(2);
});

describe('mistakes', () => {
  const failing = (what: string) =>
    `{ when: { at: 1s }, what: { kind: failing, perMille: 9, duration: 1s, ${what} } }`;
  const pausing = (when: string) =>
    `{ when: { ${when} }, what: { kind: pause, process: task-manager-0, duration: 1s } }`;

  test.each<[string, string]>([
    [failing('process: object-stor'), 'fixed.0.what.process: is "object-stor"; did you mean obj'],
    [failing('process: job-manager-0'), 'what.process: is "job-manager-0"; it must be one of obj'],
    [failing('process: self'), 'fixed.0.what.process: is "self"; it must be one of object-store'],
    [failing("process: registry, objects: '('"), 'what.objects: is no regular expression: Invalid'],
    [failing('process: registry, access: writes'), 'what.access: is "writes"; did you mean write?'],
    [pausing('at: 5'), ''],
    [pausing("at: '5'"), 'fixed.0.when.at: is "5"; it must be a time such as 250ms or 5s, at most'],
    [pausing('at: -5s'), 'fixed.0.when.at: is "-5s"; it must be a time such as 250ms'],
    [pausing('at: 12d'), 'fixed.0.when.at: is "12d"; it must be a time such as 250ms'],
    [pausing('at: -5'), 'fixed.0.when.at: is -5; it must be at least 0'],
    [pausing('aim: { moment: triggerd }'), 'fixed.0.when.aim.moment: is "triggerd"; did you mean'],
    [pausing('aim: { moment: stored, process: task-manager }'), ''],
    [pausing('aim: { moment: stored, process: worker }'), 'when.aim.process: is "worker"; it must'],
    [pausing('after: 1s'), 'fixed.0.when.aim: is missing; it must be a mapping'],
    [
      '{ when: { at: 1s }, what: { kind: flood } }',
      'fixed.0.what.kind: is "flood"; it must be one of',
    ],
    ['7', 'fixed.0: is 7; it must be a mapping'],
  ])('%s', (fixed, message) => {
    const [first = ''] = messagesOf(fixed);
    expect(first).toContain(message);
    expect(first === '').toBe(message === '');
  });
});
