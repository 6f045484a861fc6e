/**
 * Plans: a scenario with every decision made. `planOf` draws them from the seed; from then on a
 * run is a function of its plan and of the data that the scenario names.
 */
import { decisionsOf, noiseKeyOf } from '../kernel/decisions.js';
import type { NoiseKey } from '../kernel/noise.js';
import type { Fault } from '../faults/fault.js';
import { drawFaults } from '../faults/nemesis.js';
import {
  JOB_MANAGER,
  LOG_BROKER,
  OBJECT_STORE,
  ownServices,
  REGISTRY,
  taskManagersOf,
} from './processes.js';
import type { Scenario } from './scenario.js';

export { JOB_MANAGER } from './processes.js';

/** A choice that differs from the default; recorded by a search, replayed by a run. */
export type Deviation = Readonly<{ kind: string; n: number; choice: number }>;

export type Plan = Readonly<{
  planVersion: 2;
  scenario: Scenario;
  seed: string;
  key: NoiseKey;
  faults: readonly Fault[];
  deviations: readonly Deviation[];
}>;

/**
 * Objects of the store by the ends of their names: metadata, the place of a checkpoint, snapshots.
 * The nemesis strikes one kind at a time, too.
 */
const objectsOfStore = ['/_metadata$', '/$', '-\\d+$'];

/** The plan of one seed. */
export function planOf(scenario: Scenario, seed: string): Plan {
  const { faults: spec } = scenario;
  const drawn = drawFaults(
    {
      kinds: spec.kinds,
      max: spec.max,
      from: spec.fromMillis * 1_000,
      to: spec.toMillis * 1_000,
      durationMin: spec.minMillis * 1_000,
      durationMax: spec.maxMillis * 1_000,
      aimedPerMille: spec.aimedPerMille,
      jobManager: JOB_MANAGER,
      taskManagers: taskManagersOf(scenario),
      objectStore: OBJECT_STORE,
      registry: REGISTRY,
      logBroker: LOG_BROKER,
      own: ownServices(scenario),
      objects: objectsOfStore,
    },
    decisionsOf(seed, 'nemesis'),
    decisionsOf(seed, 'scripts'),
    decisionsOf(seed, 'objects'),
  );
  const faults = [...spec.fixed, ...drawn];
  return { planVersion: 2, scenario, seed, key: noiseKeyOf(seed), faults, deviations: [] };
}
