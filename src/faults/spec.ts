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
  /** Services that only some jobs use: those of this one. */
  own?: readonly string[];
  /** What a fault of the object store may be narrowed to: `objects` of a misfortune. */
  objects: readonly string[];
}>;

/** Every service that can be struck. */
export function servicesOf({ objectStore, registry, logBroker, own = [] }: NemesisSpec): string[] {
  return [objectStore, registry, logBroker, ...own];
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
