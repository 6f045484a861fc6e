/**
 * The same job under other settings that must not change what it gives: another interval of
 * checkpoints, no chains, other parallelism, larger buffers. The law `metamorphic` compares them.
 */
import { durationText } from '../flink/duration.js';
import { settingMicros } from '../flink/settings.js';
import { isCode, type OperatorDeclaration } from './job-declaration.js';
import type { Scenario } from './scenario.js';

/** A scenario with one setting changed, and what was changed. */
export type ScenarioVariant = Readonly<{ name: string; scenario: Scenario }>;

/** The variants of each scenario; made anew for each seed, their jobs would be compiled anew. */
const known = new WeakMap<Scenario, readonly ScenarioVariant[]>();

/** The variants of a scenario; a job in code keeps its chains and its parallelism. */
export function variantsOf(scenario: Scenario): readonly ScenarioVariant[] {
  const before = known.get(scenario);
  if (before !== undefined) return before;
  const { configuration, cluster, job } = scenario;
  const interval = 'execution.checkpointing.interval';
  const millis = Math.ceil((settingMicros(configuration, interval) * 1.7) / 1_000);
  const longer = { ...configuration, [interval]: durationText(1_000 * millis) };
  const larger = { ...cluster, recordsPerBuffer: 2 * cluster.recordsPerBuffer };
  const variants: ScenarioVariant[] = [
    {
      name: `a checkpoint every ${String(millis)} ms`,
      scenario: { ...scenario, configuration: longer },
    },
    { name: 'buffers of twice the size', scenario: { ...scenario, cluster: larger } },
  ];
  if (!isCode(job)) {
    const changed = (
      name: string,
      change: (operator: OperatorDeclaration) => OperatorDeclaration,
    ): ScenarioVariant => {
      const operators = job.operators.map(change);
      return { name, scenario: { ...scenario, job: { ...job, operators } } };
    };
    variants.push(
      changed('no chains', (operator) => ({ ...operator, chaining: 'never' })),
      changed('less parallelism', (operator) => {
        const { parallelism = job.parallelism } = operator;
        return { ...operator, parallelism: Math.max(1, parallelism - 1) };
      }),
    );
  }
  known.set(scenario, variants);
  return variants;
}
