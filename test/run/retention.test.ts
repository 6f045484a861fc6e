/**
 * Goal: of a job that is over no pointer is left, and its files stay or go as is configured, also
 * when requests fail meanwhile and when the job manager dies behind the result. Method: the small
 * job under faults that strike when it ends; which pointers are in the registry and which metadata
 * in the store is known from what was written and removed.
 */
import { describe, expect, test } from 'vitest';

import { dataOf } from '../../src/campaign/runner.js';
import { readScenario } from '../../src/cli/inputs.js';
import type { Fault, Misfortune } from '../../src/faults/fault.js';
import { JOB_MANAGER, planOf } from '../../src/run/plan.js';
import { judge } from '../../src/run/run.js';
import { small } from '../cli/stage.js';

const source = readScenario(small);
const { records } = dataOf(source);

const retention = 'execution.checkpointing.externalized-checkpoint-retention';

/** What is left when the run of a plan with these faults is over, and the laws that do not hold. */
function leftBy(
  faults: readonly Fault[],
  settings: Readonly<Record<string, string | number>> = {},
) {
  const configuration = { ...source.scenario.configuration, ...settings };
  const plan = { ...planOf({ ...source.scenario, configuration }, '1'), faults };
  const left = new Set<string>();
  const sees = ['valueWritten', 'valueDeleted', 'objectWritten', 'objectDeleted', 'leader'];
  let leaders = 0;
  const { reason, verdicts } = judge(
    plan,
    records,
    {},
    {
      sees,
      see: ({ kind, about }) => {
        if (kind === 'leader') leaders += 1;
        else if (kind.endsWith('Deleted')) left.delete(about);
        else if (/^checkpoints\/|\/_metadata$/.test(about)) left.add(about);
      },
    },
  );
  const wrong = verdicts.filter(({ outcome }) => outcome === 'violated').map(({ law }) => law);
  const kinds = new Set([...left].map((name) => name.split(/[/-]/)[0]));
  return { reason, leaders, wrong, left: [...kinds] };
}

/** Strikes when the result of the job is in the registry. */
const atEnd = (what: Misfortune): Fault => ({
  when: { aim: { moment: 'valueWritten', occurrence: 1, about: 'job-result' }, after: 1 },
  what,
});
const crash: Misfortune = {
  kind: 'crash',
  process: JOB_MANAGER,
  silent: false,
  restartAfter: 30_000,
};
const some = { perMille: 1_000, duration: 150_000 };
const failing = (process: string): Misfortune => ({ kind: 'failing', process, ...some });
const unanswered: Misfortune = { kind: 'unanswered', process: 'object-store', ...some };

describe('of a job that has finished nothing is left', () => {
  const finished = { reason: 'finished', leaders: 1, wrong: [], left: [] };

  test.each(['NO_EXTERNALIZED_CHECKPOINTS', 'RETAIN_ON_CANCELLATION'])('with %s', (policy) => {
    expect(leftBy([], { [retention]: policy })).toEqual(finished);
  });

  test('when registry or store fail or do not answer for a while', () => {
    expect(leftBy([atEnd(failing('registry'))])).toEqual(finished);
    expect(leftBy([atEnd(failing('object-store'))])).toEqual(finished);
    expect(leftBy([atEnd(unanswered)])).toEqual(finished);
  });

  test('when the job manager dies behind the result: the next one goes on', () => {
    expect(leftBy([atEnd(crash)])).toEqual({ ...finished, leaders: 2 });
  });
});

describe('of a job that has failed', () => {
  const stop: Fault = { when: { at: 700_000 }, what: { ...crash, process: 'task-manager-0' } };
  const once = { 'restart-strategy.fixed-delay.attempts': 0 };

  test.each([
    ['NO_EXTERNALIZED_CHECKPOINTS', []],
    ['DELETE_ON_CANCELLATION', ['chk']],
    ['RETAIN_ON_CANCELLATION', ['chk']],
  ])('with %s is left: %j', (policy, left) => {
    const failed = { reason: 'failed', leaders: 1, wrong: [], left };
    expect(leftBy([stop], { ...once, [retention]: policy })).toEqual(failed);
  });
});
