/**
 * Plans: a seed decides everything, for ever. The golden plan may only change with the version of
 * plans, since recorded seeds stand for what they once found.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readScenario } from '../../src/cli/inputs.js';
import { planOf } from '../../src/run/plan.js';
import { root } from '../cli/stage.js';
import { smallScenario } from '../fixtures/flights.js';

const { costs, ...scenario } = smallScenario();
const frozen = {
  ...scenario,
  costs,
  faults: {
    ...scenario.faults,
    kinds: ['crash', 'pause', 'partition', 'clog', 'slow'] as const,
    max: 5,
    fromMillis: 20,
    toMillis: 1_000,
    minMillis: 5,
    maxMillis: 900,
    aimedPerMille: 500,
  },
};

test('the plan of one seed', () => {
  const { planVersion, seed, key, faults, deviations } = planOf(frozen, 'golden 4');
  expect({ planVersion, seed, key, faults, deviations }).toMatchInlineSnapshot(`
    {
      "deviations": [],
      "faults": [
        {
          "what": {
            "kind": "crash",
            "process": "task-manager-2",
            "restartAfter": 400251,
            "silent": false,
          },
          "when": {
            "at": 644516,
          },
        },
        {
          "what": {
            "bothWays": true,
            "duration": 102937,
            "from": [
              "registry",
            ],
            "kind": "partition",
            "to": [
              "job-manager-0",
              "task-manager-0",
              "task-manager-1",
              "task-manager-2",
            ],
          },
          "when": {
            "at": 649403,
          },
        },
        {
          "what": {
            "kind": "crash",
            "process": "log-broker",
            "restartAfter": 47716,
            "silent": false,
          },
          "when": {
            "at": 420108,
          },
        },
        {
          "what": {
            "kind": "crash",
            "process": "self",
            "restartAfter": 847948,
            "silent": false,
          },
          "when": {
            "after": 598,
            "aim": {
              "moment": "committed",
              "occurrence": 6,
            },
          },
        },
        {
          "what": {
            "bothWays": false,
            "duration": 97729,
            "from": [
              "job-manager-0",
              "task-manager-0",
              "task-manager-1",
              "registry",
              "log-broker",
            ],
            "kind": "partition",
            "to": [
              "task-manager-2",
            ],
          },
          "when": {
            "at": 745119,
          },
        },
      ],
      "key": {
        "high": 1380557326,
        "low": -1878458202,
      },
      "planVersion": 2,
      "seed": "golden 4",
    }
  `);
});

test('a plan is a value: it survives being written and read', () => {
  const plan = planOf(frozen, 'golden 4');
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  expect(planOf(frozen, 'golden 4')).toEqual(plan);
});

test('other seeds, other noise and other faults', () => {
  const plans = Array.from({ length: 50 }, (_, seed) => planOf(frozen, String(seed)));
  expect(new Set(plans.map(({ key }) => JSON.stringify(key))).size).toBe(50);
  expect(new Set(plans.map(({ faults }) => JSON.stringify(faults))).size).toBeGreaterThan(40);
});

test('the fault model does not touch the noise', () => {
  const calm = { ...frozen, faults: { ...frozen.faults, max: 0 } };
  expect(planOf(calm, 'golden 4').faults).toEqual([]);
  expect(planOf(calm, 'golden 4').key).toEqual(planOf(frozen, 'golden 4').key);
});

test.each([
  ['operators', 'remote-service'],
  ['files', 'file-system'],
  ['upserts', 'table-store'],
])('in %s the service that only this job uses is struck like the others', (name, service) => {
  const { scenario: own } = readScenario(join(root, `scenarios/${name}.yaml`));
  const struck = new Set<string>();
  for (let seed = 0; seed < 300; seed += 1)
    for (const { what } of planOf(own, String(seed)).faults)
      if (JSON.stringify(what).includes(`"${service}"`)) struck.add(what.kind);
  expect([...struck]).toEqual(
    expect.arrayContaining(['slow', 'failing', 'unanswered', 'partition', 'clog', 'break']),
  );
});
