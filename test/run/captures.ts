/**
 * A run of a job in the shape in which a capture of a real cluster is kept, from either: times are
 * milliseconds since the job first went RUNNING.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOfSource, dataOf } from '../../src/campaign/runner.js';
import { readScenario } from '../../src/cli/inputs.js';
import { settingMicros, settingNumber, type Settings } from '../../src/flink/settings.js';
import { detailOf, type Entry } from '../../src/history/entry.js';
import { checkpointsDocument } from '../../src/report/report.js';
import { planOf } from '../../src/run/plan.js';
import { judge } from '../../src/run/run.js';

const folder = fileURLToPath(new URL('../fixtures/captures', import.meta.url));

/** Facts of a capture: of its REST answers, and of the log of its job manager. */
type Figures = Readonly<{
  lasts: number;
  statuses: readonly (readonly [at: number, status: string])[];
  /** When requests came to nothing, which count as failed and have no id. */
  refused: readonly number[];
  /** By checkpoint, from 1: */
  triggered: readonly number[];
  durations: readonly number[];
  acknowledged: readonly number[];
  /** By id. */
  failures: Readonly<Record<string, string>>;
  counts: Counts;
  restored: number | null;
  /** Of the completed: min, max, avg, p50, p90, p95, p99, p999. */
  endToEndDuration: readonly number[];
}>;

type Counts = Readonly<{
  restored: number;
  in_progress: number;
  completed: number;
  failed: number;
}>;

export const figures = JSON.parse(readFileSync(join(folder, 'figures.json'), 'utf8')) as Readonly<
  Record<string, Figures>
>;

/** The names of the captures; each has a scenario. */
export const captures = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -'.yaml'.length))
  .sort();

export type Checkpoint = Readonly<{
  id: number;
  triggered: number;
  duration: number;
  /** COMPLETED, IN_PROGRESS, or what its failure says. */
  end: string;
  acknowledged: number;
}>;

export type Observed = Pick<Figures, 'lasts' | 'statuses' | 'refused' | 'counts' | 'restored'> &
  Readonly<{ checkpoints: readonly Checkpoint[] }>;

/** What the real cluster did. */
export function captured(name: string): Observed {
  const facts = figures[name];
  if (facts === undefined) throw new Error(`${name} has no figures`);
  const { triggered, durations, acknowledged, failures, counts } = facts;
  const open = counts.in_progress;
  const checkpoints = triggered.map((at, index): Checkpoint => ({
    id: index + 1,
    triggered: at,
    duration: durations[index] ?? 0,
    end: failures[index + 1] ?? (index < triggered.length - open ? 'COMPLETED' : 'IN_PROGRESS'),
    acknowledged: acknowledged[index] ?? 0,
  }));
  return { ...facts, checkpoints };
}

/** What triggers go by. */
export type Policy = Readonly<{
  interval: number;
  pause: number;
  concurrent: number;
  restartDelay: number;
}>;

const kinds = ['leader', 'checkpointsReported', 'subsumed', 'jobStatus', 'requestRefused'];

/**
 * What the engine does, by the same scenario; and its verdicts.
 *
 * @param changes  of the configuration
 */
export async function simulated(
  name: string,
  seed: string,
  changes: Settings = {},
): Promise<Observed & Readonly<{ policy: Policy; violated: readonly string[] }>> {
  const read = readScenario(join(folder, `${name}.yaml`), true);
  const changed = { ...read.scenario.configuration, ...changes };
  const source = { ...read, scenario: { ...read.scenario, configuration: changed } };
  const entries: Entry[] = [];
  const beside = { sees: kinds, see: (entry: Entry) => void entries.push(entry) };
  const options = { code: await codeOfSource(source) };
  const plan = planOf(source.scenario, seed);
  const { verdicts } = judge(plan, dataOf(source).records, options, beside);
  const { configuration, budget } = source.scenario;
  const history = settingNumber(configuration, 'web.checkpoints.history');
  const document = checkpointsDocument(entries, history);
  const stated = entries.flatMap((entry): [number, string][] =>
    entry.kind === 'jobStatus' ? [[entry.at / 1_000, detailOf(entry, 'jobStatus').status]] : [],
  );
  const [start = 0] = stated.find(([, status]) => status === 'RUNNING') ?? [];
  const refused = entries.filter(
    (entry) =>
      entry.kind === 'requestRefused' && !queued.includes(detailOf(entry, 'requestRefused').reason),
  );
  const millis = (key: string): number => settingMicros(configuration, key) / 1_000;
  const checkpointing = 'execution.checkpointing.';
  const pause = millis(`${checkpointing}min-pause`);
  return {
    lasts: budget.simulatedSeconds * 1_000 - start,
    statuses: stated
      .filter(([at]) => at >= start)
      .map(([at, status]): [number, string] => [at - start, status]),
    refused: refused.map(({ at }) => at / 1_000 - start),
    counts: document.counts,
    restored: document.latest.restored?.id ?? null,
    checkpoints: document.history.toReversed().map((shown) => ({
      id: shown.id,
      triggered: shown.trigger_timestamp - start,
      duration: shown.end_to_end_duration,
      end: 'failure_message' in shown ? (shown.failure_message ?? '') : shown.status,
      acknowledged: shown.num_acknowledged_subtasks,
    })),
    policy: {
      interval: Math.max(millis(`${checkpointing}interval`), pause),
      pause,
      concurrent:
        pause > 0 ? 1 : settingNumber(configuration, `${checkpointing}max-concurrent-checkpoints`),
      restartDelay: millis('restart-strategy.fixed-delay.delay'),
    },
    violated: verdicts.flatMap(({ law, outcome }) => (outcome === 'violated' ? [law] : [])),
  };
}

/** Requests that are refused while they wait count nowhere. */
const queued = [
  'CHECKPOINT_COORDINATOR_SHUTDOWN',
  'CHECKPOINT_COORDINATOR_SUSPEND',
  'MINIMUM_TIME_BETWEEN_CHECKPOINTS',
  'TOO_MANY_CHECKPOINT_REQUESTS',
];

/** A time in which the job is RUNNING, and what was tried in it, in order. */
export type Episode = Readonly<{ from: number; to: number; attempts: readonly Attempt[] }>;

/** A trigger, or a request that came to nothing. */
type Attempt = Readonly<{ at: number; end: number; completed: boolean }>;

/** The episodes of a run. */
export function episodesOf({ statuses, checkpoints, refused }: Observed): Episode[] {
  const attempts = [
    ...checkpoints.map(({ triggered, duration, end }) => ({
      at: triggered,
      end: triggered + Math.max(0, duration),
      completed: end === 'COMPLETED',
    })),
    ...refused.map((at) => ({ at, end: at, completed: false })),
  ].sort((one, other) => one.at - other.at);
  return statuses.flatMap(([from, status], index): Episode[] => {
    if (status !== 'RUNNING') return [];
    const [to = Infinity] = statuses[index + 1] ?? [];
    return [{ from, to, attempts: attempts.filter(({ at }) => at >= from - 1 && at < to) }];
  });
}

/**
 * How late each trigger of an episode but the first is: behind the fixed rate; else behind the end
 * of the checkpoint that it had to wait for, and the pause after the last that completed.
 */
export function latenessOf({ attempts }: Episode, policy: Policy): number[] {
  const { interval, pause, concurrent } = policy;
  // The first may be late itself, which only those behind it tell.
  const early = attempts.map(({ at }, index) => at - index * interval);
  let fire = pause > 0 ? (early[0] ?? 0) : Math.min(...early);
  return attempts.slice(1).map(({ at }, index) => {
    const last = attempts.slice(0, index + 1).findLast(({ completed }) => completed);
    const rested = pause > 0 && last !== undefined ? last.end + pause : 0;
    const free = attempts[index + 1 - concurrent]?.end ?? 0;
    fire = Math.max(fire + interval, rested);
    return at - Math.max(fire, free);
  });
}

/** For each restart, the checkpoint that was triggered last before it. */
export function restartedAfter({ statuses, checkpoints }: Observed): (number | undefined)[] {
  return statuses
    .filter(([, status]) => status === 'RESTARTING')
    .map(([from]) => checkpoints.findLast(({ triggered }) => triggered <= from)?.id);
}

/** How long each restart took until the job was RUNNING again. */
export function restartsOf({ statuses }: Observed): number[] {
  return statuses.flatMap(([at, status], index) => {
    const [next = NaN] = statuses[index + 1] ?? [];
    return status === 'RESTARTING' ? [next - at] : [];
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
