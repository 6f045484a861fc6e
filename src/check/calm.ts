/**
 * Whether anything disturbs a run: a fault that lasts, or a process that is down or paused. Crashes
 * and pauses disturb whoever depends on the process.
 */
import type { Entry } from '../history/entry.js';
import type { Micros } from '../kernel/time.js';

export type Calm = {
  /** Faults that last, but crashes and pauses, and when one of them began or ended last. */
  readonly faults: Set<number>;
  disturbed: Micros;
  /** Processes that do not work, and when each stopped or went on last. */
  readonly down: Set<string>;
  readonly paused: Set<string>;
  readonly changed: Map<string, Micros>;
};

/** What the world says of it. */
export const disturbances: readonly string[] = [
  'faultBegan',
  'faultEnded',
  'processStarted',
  'processCrashed',
  'processPaused',
  'processResumed',
];

/** Nothing has disturbed it yet. */
export function calm(): Calm {
  return {
    ...{ faults: new Set(), disturbed: -Infinity },
    ...{ down: new Set(), paused: new Set(), changed: new Map() },
  };
}

/** Whom a disturbance is of: one process, or everybody. */
type Disturbed = Readonly<{ process: string | undefined }>;

/**
 * One of the disturbances.
 *
 * @returns undefined where it disturbs nobody
 */
export function disturb(state: Calm, entry: Entry): Disturbed | undefined {
  const { faults, down, paused, changed } = state;
  const { kind, process, subject, about, at, incarnation } = entry;
  if (kind === 'processStarted' && incarnation === 1) return undefined; // it comes up first
  if (kind.startsWith('fault')) {
    if (about === 'crash' || about === 'pause') return undefined; // the process says so
    if (kind === 'faultBegan') faults.add(subject);
    else faults.delete(subject);
    state.disturbed = at;
    return { process: undefined };
  }
  if (kind === 'processCrashed') down.add(process);
  if (kind === 'processStarted') down.delete(process);
  if (kind === 'processPaused') paused.add(process);
  if (kind === 'processResumed') paused.delete(process);
  changed.set(process, at);
  return { process };
}

/**
 * Whether nothing has disturbed it for so long.
 *
 * @param dependsOn  the processes that count; without it all do
 */
export function isCalm(
  { faults, disturbed, down, paused, changed }: Calm,
  now: Micros,
  micros: Micros,
  dependsOn: (process: string) => boolean = () => true,
): boolean {
  if (faults.size > 0 || now <= disturbed + micros) return false;
  for (const [process, at] of changed)
    if (dependsOn(process) && (down.has(process) || paused.has(process) || now <= at + micros))
      return false;
  return true;
}
