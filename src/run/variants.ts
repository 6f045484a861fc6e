/**
 * The same job under other settings that must not change what it gives: another interval of
 * checkpoints, no chains, other parallelism, larger buffers. The law `metamorphic` compares them.
 */
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
  const { configuration, job } = scenario;
  const configured = (
    name: string,
    changed: Partial<Scenario['configuration']>,
  ): ScenarioVariant => ({
    name,
    scenario: { ...scenario, configuration: { ...configuration, ...changed } },
  });
  const { checkpointIntervalMillis, recordsPerBuffer } = configuration;
  const longer = Math.ceil(checkpointIntervalMillis * 1.7);
  const variants = [
    configured(`a checkpoint every ${String(longer)} ms`, { checkpointIntervalMillis: longer }),
    configured('buffers of twice the size', { recordsPerBuffer: 2 * recordsPerBuffer }),
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
