/**
 * A campaign: seeds handed to a runner in chunks of about 50 ms, their outcomes folded in the order
 * of the seeds. How the chunks fall and which thread took them leaves no trace in the result.
 */
import { foldSeed, type SeedOutcome, type Sweep } from '../explore/sweep.js';
import type { Plan } from '../run/plan.js';
import type { Runner } from './runner.js';

/** Which seeds: those of an index from 0 on; so many, or as many as fit. */
export type Seeds = Readonly<{ count: number | undefined; at(index: number): string }>;

export type Limits = Readonly<{
  /** When no further chunk is begun, as `performance.now()` tells it; Infinity for never. */
  deadline: number;
  /** Ctrl-C: chunks on their way are given up. */
  signal: AbortSignal;
  /** Called after each chunk. */
  progress(sweep: Sweep): void;
  /** Called with each seed when it is folded: in the order of the seeds. */
  seen?(outcome: SeedOutcome): void;
}>;

const CHUNK_MILLIS = 50;
const CHUNK_SEEDS = 1_000;
/** How long after the deadline a chunk may still come back. */
const GRACE_MILLIS = 2_000;

/**
 * When the next of several campaigns ends that share a time: each has an even share of what is
 * left.
 *
 * @param until  when the last must end
 * @param count  how many have not begun
 */
export function shareOf(until: number, now: number, count: number): number {
  return now + (until - now) / count;
}

/** The chunks of one campaign; it changes while the campaign goes on. */
type State = {
  /** Index of the next seed to hand out, and of the next to fold. */
  next: number;
  folded: number;
  /** Outcomes that wait for earlier ones, by the index of their first seed. */
  readonly waiting: Map<number, readonly SeedOutcome[]>;
  millisPerSeed: number;
};

/**
 * Judges the seeds; what was judged is folded, also when a limit or an error ends it early.
 *
 * @returns up to which seed none is missing: as many as were folded before the first that was not
 */
export async function sweepSeeds(
  runner: Runner,
  seeds: Seeds,
  sweep: Sweep,
  limits: Limits,
): Promise<number> {
  const state: State = { next: 0, folded: 0, waiting: new Map(), millisPerSeed: CHUNK_MILLIS };
  const late = new AbortController();
  const left = limits.deadline + GRACE_MILLIS - performance.now();
  const timer = Number.isFinite(left) ? setTimeout(() => late.abort(), left) : undefined;
  const signal = AbortSignal.any([limits.signal, late.signal]);
  const lanes = Array.from({ length: runner.width }, () =>
    lane(runner, seeds, sweep, limits, state, signal),
  );
  const errors: unknown[] = [];
  try {
    await Promise.all(lanes);
  } catch (error) {
    if (!signal.aborted) errors.push(error);
    late.abort();
    await Promise.allSettled(lanes);
  } finally {
    clearTimeout(timer);
  }
  const rest = [...state.waiting].sort(([one], [other]) => one - other);
  for (const [, outcomes] of rest) fold(outcomes, sweep, limits);
  if (errors.length > 0) throw errors[0];
  return state.folded;
}

/** Takes chunk after chunk. The first is begun whatever the deadline: some answer is due. */
async function lane(
  runner: Runner,
  seeds: Seeds,
  sweep: Sweep,
  limits: Limits,
  state: State,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && (state.next === 0 || performance.now() < limits.deadline)) {
    const first = state.next;
    const size = Math.round(CHUNK_MILLIS / state.millisPerSeed);
    const end = Math.min(first + Math.max(1, Math.min(size, CHUNK_SEEDS)), seeds.count ?? Infinity);
    if (end <= first) return;
    state.next = end;
    const chunk = Array.from({ length: end - first }, (_, index) => seeds.at(first + index));
    const start = performance.now();
    const outcomes = await runner.judge(chunk, signal);
    state.millisPerSeed = Math.max(0.001, (performance.now() - start) / chunk.length);
    state.waiting.set(first, outcomes);
    settle(state, sweep, limits);
    limits.progress(sweep);
  }
}

/** Folds what has come back, as far as nothing before it is missing. */
function settle(state: State, sweep: Sweep, limits: Limits): void {
  for (;;) {
    const ready = state.waiting.get(state.folded);
    if (ready === undefined) return;
    state.waiting.delete(state.folded);
    fold(ready, sweep, limits);
    state.folded += ready.length;
  }
}

function fold(outcomes: readonly SeedOutcome[], sweep: Sweep, limits: Limits): void {
  for (const outcome of outcomes) {
    foldSeed(sweep, outcome);
    limits.seen?.(outcome);
  }
}

/**
 * Judges plans, as many at a time as the runner is wide.
 *
 * @param signal  Ctrl-C: plans on their way are given up
 * @param seen    called with each plan when it is judged, in any order
 */
export async function judgePlans<T extends Readonly<{ plan: Plan }>>(
  runner: Pick<Runner, 'judgeSteady' | 'width'>,
  plans: readonly T[],
  signal: AbortSignal,
  seen: (plan: T, outcome: SeedOutcome) => void,
): Promise<void> {
  const left = plans.values();
  const lanes = Array.from({ length: runner.width }, async () => {
    for (const item of left) seen(item, await runner.judgeSteady(item.plan, signal));
  });
  try {
    await Promise.all(lanes);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
