/** What the nemesis is told: who can be struck, and the fault budget. */
import type { Decisions } from '../kernel/decisions.js';
import type { Micros } from '../kernel/time.js';
import type { FaultKind } from './fault.js';

/** Who can be struck, and the budget. */
export type NemesisSpec = Readonly<{
  kinds: readonly FaultKind[];
  max: number;
  from: Micros;
  to: Micros;
  durationMin: Micros;
  durationMax: Micros;
  aimedPerMille: number;
  jobManager: string;
  taskManagers: readonly string[];
  objectStore: string;
  registry: string;
  logBroker: string;
  /** Undefined: the job calls none. */
  remote?: string | undefined;
  /** Services that only some jobs use. */
  own?: readonly string[] | undefined;
}>;

/** Every service that can be struck. */
export function servicesOf(spec: NemesisSpec): string[] {
  const { objectStore, registry, logBroker } = spec;
  return [objectStore, registry, logBroker, ...ownOf(spec)];
}

/** Those that only some jobs use. */
export function ownOf({ remote, own = [] }: NemesisSpec): string[] {
  return remote === undefined ? [...own] : [remote, ...own];
}

/** A duration between two bounds, brought into those of the budget. */
export function lastingIn(
  { durationMin, durationMax }: NemesisSpec,
  decisions: Decisions,
  low: Micros,
  high: Micros,
): Micros {
  const within = (micros: Micros): Micros => Math.min(durationMax, Math.max(durationMin, micros));
  return decisions.within(within(low), within(high));
}
