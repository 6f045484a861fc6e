/**
 * Pauses of processes. A pause may cut a step in two: what the process states in its rest, it
 * states as soon as it goes on, and timers that it set before the cut run meanwhile. So what
 * belongs to one step is told by the time that the process worked, not by the clock of the world.
 *
 * Memory: four numbers for each process that was paused.
 */
import type { Entry } from '../history/entry.js';
import type { Micros } from '../kernel/time.js';

type Rest = {
  isPaused: boolean;
  /** When the pause began, and when the first of those did between which no time passed. */
  begun: Micros;
  first: Micros;
  over: Micros;
  /** How long all pauses that are over were. */
  sum: Micros;
};

export type Pauses = Map<string, Rest>;

/** The entries that tell of pauses. */
export const pauseKinds = ['processPaused', 'processResumed'] as const;

/** A process pauses, or goes on; other entries change nothing. */
export function seePause(pauses: Pauses, { kind, process, at }: Entry): void {
  const rest = pauses.get(process);
  if (kind === 'processPaused' && rest?.isPaused !== true) {
    const first = rest?.over === at ? rest.first : at;
    pauses.set(process, { isPaused: true, begun: at, first, over: -1, sum: rest?.sum ?? 0 });
  }
  if (kind !== 'processResumed' || rest?.isPaused !== true) return;
  rest.isPaused = false;
  rest.over = at;
  rest.sum += at - rest.begun;
}

export function isPaused(pauses: Pauses, process: string): boolean {
  return pauses.get(process)?.isPaused === true;
}

/** How long the process had worked when it stated this: the same for all of one step. */
export function workTimeOf(pauses: Pauses, { process, at }: Entry): Micros {
  const rest = pauses.get(process);
  if (rest === undefined) return at;
  return (rest.isPaused ? rest.begun : at) - rest.sum;
}

/** When the step may have begun in which the process stated this. */
export function earliestOf(pauses: Pauses, { process, at }: Entry): Micros {
  const rest = pauses.get(process);
  return rest?.over === at ? rest.first : at;
}
