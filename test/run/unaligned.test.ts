/**
 * Goal: where barriers overtake records, these are stored with the snapshots and come again after a
 * restore, each once; a task runs only when it has taken what was stored of its inputs. Method: the
 * scenario under faults, its objects and states; others in its mode, with full channels.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { dataOf } from '../../src/campaign/runner.js';
import { readScenario } from '../../src/cli/inputs.js';
import { channelsIn, recordWordsIn } from '../../src/history/channel-state.js';
import { detailOf, type Entry } from '../../src/history/entry.js';
import { planOf } from '../../src/run/plan.js';
import { judge } from '../../src/run/run.js';
import type { Scenario } from '../../src/run/scenario.js';
import { root } from '../cli/stage.js';

const SEEDS = 8;

/** What does not hold, and how much was stored on either side of the channels. */
function judged(name: string, seeds: number, change: (scenario: Scenario) => Scenario) {
  const source = readScenario(join(root, `scenarios/${name}.yaml`));
  const scenario = change(source.scenario);
  const { records } = dataOf(source);
  const wrong: string[] = [];
  const stored = { input: 0, output: 0 };
  /** Checkpoints with records on their way, and restores that began with such a one. */
  let restored = 0;
  for (let seed = 0; seed < seeds; seed += 1) {
    const full = new Set<number>();
    const see = (entry: Entry): void => {
      if (entry.kind === 'restoring') restored += full.has(entry.subject) ? 1 : 0;
      else
        for (const { side, checkpoint, inFlight } of channelsIn(
          detailOf(entry, 'objectWritten').words,
        )) {
          if (recordWordsIn(inFlight) === 0) continue;
          stored[side] += 1;
          full.add(checkpoint);
        }
    };
    const beside = { sees: ['objectWritten', 'restoring'], see };
    const { verdicts } = judge(planOf(scenario, String(seed)), records, {}, beside);
    for (const { law, outcome } of verdicts)
      if (outcome !== 'holds') wrong.push(`seed ${seed}: ${law} ${outcome}`);
  }
  return { wrong, stored, restored };
}

test('records are stored on both sides, and restored', () => {
  const { wrong, stored, restored } = judged('unaligned', SEEDS, (scenario) => scenario);
  expect(wrong).toEqual([]);
  expect(Math.min(stored.input, stored.output)).toBeGreaterThan(SEEDS);
  expect(restored).toBeGreaterThan(0);
});

test.each(['windows', 'operators', 'word-count', 'splits'])('%s holds, too', (name) => {
  const { wrong, stored } = judged(name, 3, (scenario) => ({
    ...scenario,
    configuration: {
      ...scenario.configuration,
      'execution.checkpointing.unaligned.enabled': true,
    },
  }));
  expect(wrong).toEqual([]);
  expect(stored.output).toBeGreaterThan(0);
});
