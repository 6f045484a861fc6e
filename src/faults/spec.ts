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
  /** Who asks for checkpoints, if anybody does. */
  client?: string | undefined;
  /** What a fault of the object store may be narrowed to: `objects` of a misfortune. */
  objects: readonly string[];
}>;

/** Every service that can be struck. */
export function servicesOf({ objectStore, registry, logBroker, own = [] }: NemesisSpec): string[] {
  return [objectStore, registry, logBroker, ...own];
}

/** Whom no service is: they can crash, pause, be cut off and have clocks of their own. */
export function everyoneOf({ jobManager, taskManagers, client }: NemesisSpec): string[] {
  return [jobManager, ...taskManagers, ...(client === undefined ? [] : [client])];
}

/**
 * The client, in so many of a thousand draws; undefined where there is none. Then nothing is drawn,
 * so that plans without a client stay what they are.
 */
export function clientIn(
  { client }: NemesisSpec,
  decisions: Decisions,
  perMille: number,
): string | undefined {
  return client !== undefined && decisions.chance(perMille, 1_000) ? client : undefined;
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
