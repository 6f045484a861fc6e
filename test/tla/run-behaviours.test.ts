/**
 * Goal: what runs tell of their coordinator are behaviours of models/Coordinator.tla. Method: the
 * model checker looks for a behaviour that tells the moments of a run one after another; where it
 * finds none, the first moment that it cannot reach is the bad one. Moments changed by hand show
 * that it finds those.
 *
 * `npm run proof` asks for more runs by FLINCH_MODELS=proof.
 */
import { env } from 'node:process';
import { describe, expect, test } from 'vitest';

import { recorder } from '../../src/history/recorder.js';
import { coordinationsOf } from '../../src/job/coordination.js';
import { channelsOf, subtasksOf } from '../../src/job/job-graph.js';
import { configurationOf } from '../../src/run/configuration.js';
import { jobOf } from '../../src/run/job.js';
import { planOf } from '../../src/run/plan.js';
import { run } from '../../src/run/run.js';
import { flights, shippedScenario } from '../fixtures/flights.js';
import { toldBy } from './run-moments.js';
import { firstBadMoment, type Told, type TraceConstants } from './trace-module.js';

const patience = { timeout: 600_000 };
const data = flights();
const isProof = env['FLINCH_MODELS'] === 'proof';

function toldIn(name: string, seed: string): readonly Told[] {
  const seen = recorder();
  run(planOf(shippedScenario(name), seed), data, seen);
  return toldBy(seen.entries);
}

/** The model of a scenario's job, with room for what is told. */
function constantsOf(name: string, told: readonly Told[]): TraceConstants {
  const scenario = shippedScenario(name);
  const job = jobOf(scenario);
  const settings = configurationOf(scenario);
  const subtasks = subtasksOf(job);
  const isFed = new Set(channelsOf(job).map(({ to }) => to));
  const hasPause = settings.checkpointMinPauseMicros > 0;
  return {
    Sources: textsOf(subtasks.filter((subtask) => !isFed.has(subtask))),
    Sinks: textsOf(subtasks.filter((subtask) => isFed.has(subtask))),
    Union: '{}',
    Coordinators: textsOf(coordinationsOf(job).map(({ uid }) => uid)),
    Kinds: textsOf(['periodic', 'final', ...told.filter(isRequested).map(({ of }) => of)]),
    Reasons: textsOf(told.filter(isDeclined).map(({ of }) => of)),
    Progresses: textsOf(['working']),
    Faults: textsOf(['refusals', 'failedCoordinators', 'expiry', 'failures', 'finishing']),
    MaxId: String(told.length),
    MaxAttempt: String(told.length),
    MaxCrashes: String(told.length),
    MaxQueue: String(told.length),
    Concurrent: String(hasPause ? 1 : settings.concurrentCheckpoints),
    Retained: String(settings.retainedCheckpoints),
    Tolerable: String(settings.tolerableFailedCheckpoints),
    MinPause: hasPause ? 'TRUE' : 'FALSE',
    AfterFinish: 'TRUE',
    Bug: '"none"',
  };
}

function isRequested({ what }: Told): boolean {
  return what === 'requested';
}

function isDeclined({ what, of }: Told): boolean {
  return what === 'aborted' && /_DECLINED_|^CHECKPOINT_ASYNC_|^TASK_/.test(of);
}

function textsOf(names: readonly string[]): string {
  return `{${[...new Set(names)].map((name) => `"${name}"`).join(', ')}}`;
}

/** Several checkpoints at a time leave the checker more to try. */
const seeds = isProof
  ? { small: 20, 'min-pause': 20, concurrent: 1, triggers: 10 }
  : { small: 2, 'min-pause': 1, triggers: 1 };
const runs = Object.entries(seeds).flatMap(([name, length]) =>
  Array.from({ length }, (_, seed) => [name, String(seed)] as const),
);

test.concurrent.each(runs)(
  '%s, seed %s: is a behaviour of the model',
  patience,
  async (name, seed) => {
    const told = toldIn(name, seed);
    const bad = await firstBadMoment(told, constantsOf(name, told));
    expect(
      bad === undefined ? undefined : told.slice(Math.max(0, bad - 3), bad + 1),
    ).toBeUndefined();
    expect(told.filter(({ what }) => what === 'completed').length).toBeGreaterThan(0);
  },
);

/** What a run might not tell, by its first moments: each change, and which moment is bad. */
const told = toldIn('small', '7');
const placeOf = (what: string, id: number): number =>
  told.findIndex((one) => one.what === what && one.id === id);

describe.runIf(!isProof)('moments that were changed', () => {
  test.concurrent.each<[string, number, () => readonly Told[]]>([
    [
      'told before it is stored',
      placeOf('stored', 1),
      () => swapped(placeOf('stored', 1), placeOf('completed', 1)),
    ],
    ['completed without its pointer', placeOf('stored', 2) - 1, () => dropped('pointerWritten', 2)],
    ['acknowledged twice', placeOf('acknowledged', 2) + 1, () => repeated('acknowledged', 2)],
    ['an id that was taken before', placeOf('triggered', 2), () => renumbered('triggered', 2, 1)],
    ['restored from an older one', placeOf('restoring', 2), () => renumbered('restoring', 2, 1)],
  ])('%s', patience, async (_, bad, change) => {
    const changed = change().slice(0, bad + 2);
    expect(await firstBadMoment(changed, constantsOf('small', told))).toBe(bad);
  });

  const asked = toldIn('triggers', '0');
  const request = asked.findIndex(isRequested);
  const begun = asked.findIndex(({ what }, at) => what === 'triggered' && at > request);

  test.concurrent.each<[string, number, () => readonly Told[]]>([
    ['begun, and nobody has asked', begun - 1, () => asked.toSpliced(request, 1)],
    [
      'begun for a client, and data has asked',
      begun,
      () => asked.map((one, at) => (at === begun ? { ...one, of: 'manual' } : one)),
    ],
  ])('%s', patience, async (_, bad, change) => {
    expect(asked[request]).toMatchObject({ what: 'requested', of: 'data' });
    const changed = change().slice(0, bad + 2);
    expect(await firstBadMoment(changed, constantsOf('triggers', asked))).toBe(bad);
  });
});

function swapped(one: number, other: number): readonly Told[] {
  return told.map((moment, at) =>
    at === one ? (told[other] ?? moment) : at === other ? (told[one] ?? moment) : moment,
  );
}

function dropped(what: string, id: number): readonly Told[] {
  return told.toSpliced(placeOf(what, id), 1);
}

function repeated(what: string, id: number): readonly Told[] {
  const at = placeOf(what, id);
  return [...told.slice(0, at + 1), ...told.slice(at)];
}

function renumbered(what: string, id: number, as: number): readonly Told[] {
  return told.map((moment, at) => (at === placeOf(what, id) ? { ...moment, id: as } : moment));
}
