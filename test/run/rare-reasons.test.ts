/**
 * Goal: each reason that few plans come to is reached, and every law holds there. Method: a shipped
 * scenario with other settings and with faults that are listed one by one, so that nearly every
 * seed comes to it; a few seeds of each.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { dataOf } from '../../src/campaign/runner.js';
import { readScenario } from '../../src/cli/inputs.js';
import { planOf } from '../../src/run/plan.js';
import { judge } from '../../src/run/run.js';
import { parseScenario } from '../../src/run/scenario.js';
import { root } from '../cli/stage.js';
import { noting, toldBy, type Told } from './reasons.js';

type Aimed = Readonly<{
  told: readonly Told[];
  scenario: string;
  /** Settings, in the place of what the scenario says. */
  settings?: Readonly<Record<string, string | number>>;
  faults: readonly string[];
}>;

const managers = ['task-manager-0', 'task-manager-1', 'task-manager-2'];

/** What comes from one task manager to the next, and so in a ring, waits. */
const ring = (when: string, duration: string) =>
  managers.map((from, index) => {
    const to = managers[(index + 1) % managers.length] ?? '';
    const what = `kind: clog, from: ${from}, to: ${to}, duration: ${duration}`;
    return `{ when: ${when}, what: { ${what} } }`;
  });

/** Slower writes of some objects. */
const slow = (when: string, objects: string, factor: number) =>
  `{ when: ${when}, what: { kind: slow, process: object-store, objects: '${objects}', ` +
  `access: write, factor: ${String(factor)}, duration: 10s } }`;

const table: readonly Aimed[] = [
  {
    // The place of the second checkpoint is refused, however often it is asked for.
    told: ['aborted IO_EXCEPTION'],
    scenario: 'small',
    faults: [
      '{ when: { aim: { moment: triggered, occurrence: 2 } }, what: { kind: failing, ' +
        "process: object-store, objects: '^chk-2/$', access: write, perMille: 1000, " +
        'duration: 100ms } }',
    ],
  },
  {
    // A barrier is under way for so long that more intervals elapse than requests may wait.
    told: ['requestRefused TOO_MANY_CHECKPOINT_REQUESTS'],
    scenario: 'small',
    settings: {
      'execution.checkpointing.interval': '10ms',
      'execution.checkpointing.timeout': '20s',
    },
    faults: ring('{ aim: { moment: barrierReceived } }', '12s'),
  },
  {
    // Sources whose last checkpoint has completed are still in others when the next one comes.
    told: ['declined CHECKPOINT_DECLINED_TASK_CLOSING', 'aborted CHECKPOINT_DECLINED_TASK_CLOSING'],
    scenario: 'concurrent',
    settings: {
      'execution.checkpointing.interval': '15ms',
      'execution.checkpointing.max-concurrent-checkpoints': 12,
    },
    faults: [slow('{ aim: { moment: endOfData } }', '^chk-[0-9]+/source', 4)],
  },
  {
    // The snapshots of one checkpoint take longer than the next checkpoint as a whole.
    told: ['aborted CHECKPOINT_SUBSUMED'],
    scenario: 'concurrent',
    faults: [slow('{ at: 0 }', '^chk-3/source', 7)],
  },
  {
    // No task manager's word that a split has arrived comes in time, while checkpoints go on.
    told: ['aborted TRIGGER_CHECKPOINT_FAILURE'],
    scenario: 'splits',
    settings: {
      'execution.checkpointing.interval': '50ms',
      'execution.checkpointing.max-concurrent-checkpoints': 20,
    },
    faults: managers.map(
      (from) =>
        '{ when: { aim: { moment: splitsAssigned, occurrence: 4 } }, what: { kind: clog, ' +
        `from: ${from}, to: job-manager-0, duration: 250ms } }`,
    ),
  },
];

const SEEDS = ['0', '1', '2'];

test.each(table)('$told.0', ({ told, scenario: name, settings = {}, faults }) => {
  const file = join(root, `scenarios/${name}.yaml`);
  const { records } = dataOf(readScenario(file));
  const fixed = `faults:\n  kinds: []\n  max: 0\n  fixed: [${faults.join(', ')}]\nbudget:`;
  const text = readFileSync(file, 'utf8').replace(/faults:[^]*budget:/, () => fixed);
  const { configuration, ...others } = parseScenario(text, file);
  const scenario = { ...others, configuration: { ...configuration, ...settings } };
  for (const seed of SEEDS) {
    const reasons = new Set<string>();
    const { reason, verdicts, began } = judge(planOf(scenario, seed), records, {}, noting(reasons));
    expect({ seed, reason, began }).toEqual({
      seed,
      reason: 'finished',
      began: faults.map(() => 1),
    });
    expect(verdicts.filter(({ outcome }) => outcome !== 'holds')).toEqual([]);
    expect([...reasons]).toEqual(expect.arrayContaining([...told]));
  }
});

test('every reason that is rare has its scenario', () => {
  const aimed = table.flatMap(({ told }) => told);
  expect(aimed.sort()).toEqual(toldBy('aimed').sort());
});
