/**
 * The loop that a run consists of: take the earliest event, fold it into the fingerprint, hand it
 * on. While it turns, the clock, the timers and the random sources of the platform are forbidden
 * (see guard).
 */
import { guarded } from './guard.js';
import { Queue } from './queue.js';
import type { Micros } from './time.js';
import type { Fingerprint } from './trace.js';
import { fingerprint, mixEvent } from './trace.js';

/** How far a run may go: to that many events in all, and to events of that time and none later. */
export type Budget = Readonly<{ events: number; until: Micros }>;

/**
 * Why the loop came to its end: no event was left, the dispatcher asked for it, or a bound of the
 * budget was met while events were left. With more budget the loop may be entered again.
 */
export type Ending = 'drained' | 'stopped' | 'events-spent' | 'time-spent';

/** A queue with what turns with it; `events` counts the delivered ones. */
export type Pump = {
  readonly queue: Queue;
  readonly fingerprint: Fingerprint;
  events: number;
  /** Set by the dispatcher: no further event is delivered. */
  stopped: boolean;
};

/** Receives each event; `ref` is not in the fingerprint, so it mixes what matters of it itself. */
type Dispatch = (op: number, a: number, b: number, ref: unknown) => void;

/** A pump at time 0 with nothing to do. */
export function pump(): Pump {
  return { queue: new Queue(), fingerprint: fingerprint(), events: 0, stopped: false };
}

/**
 * Delivers events in order of (time, insertion) until there is a reason to end.
 *
 * What `dispatch` throws comes out as it is; the event counts as delivered.
 *
 * @throws NondeterminismError when `dispatch` asks the platform for time or chance
 */
export function runLoop(p: Pump, budget: Budget, dispatch: Dispatch): Ending {
  return guarded(() => turn(p, budget, dispatch));
}

function turn(p: Pump, budget: Budget, dispatch: Dispatch): Ending {
  const { queue, fingerprint: fp } = p;
  while (!p.stopped) {
    if (p.events >= budget.events && queue.size > 0) return 'events-spent';
    if (!queue.pop(budget.until)) return queue.size === 0 ? 'drained' : 'time-spent';
    p.events += 1;
    mixEvent(fp, queue.at, queue.op, queue.a, queue.b);
    dispatch(queue.op, queue.a, queue.b, queue.ref);
  }
  return 'stopped';
}
