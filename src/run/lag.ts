/**
 * The lag of a source: how long the next record that it wants has been there. The input comes on a
 * schedule that the plan fixes, so the lag is exact, whatever the source believes. Source: Flink,
 * `currentFetchEventTimeLag` (FLIP-33), with the time of arrival in the place of the event's time.
 */
import type { Micros } from '../kernel/time.js';
import { arrivalsOf, type Arrivals } from './arrivals.js';
import { usedOf, type Data } from './data.js';
import type { Plan } from './plan.js';
import { sizesOf } from './records.js';

/** Lag of a split (`TOPIC/INDEX`) that is read up to an offset; 0 where nothing waits. */
export type Lag = (split: string, offset: number, at: Micros) => Micros;

type Coming = Readonly<{ rows: number; arrivals: Arrivals }>;

/** The lag in the runs of a plan; the schedule is laid out when it is first asked for. */
export function lagOf(plan: Plan, data: Data): Lag {
  let comings: ReadonlyMap<string, Coming> | undefined;
  return (split, offset, at) => {
    comings ??= comingsOf(plan, data);
    const coming = comings.get(split);
    if (coming === undefined || offset >= coming.rows) return 0;
    return Math.max(0, at - arrivalOf(coming.arrivals, offset));
  };
}

function comingsOf({ scenario, key }: Plan, data: Data): Map<string, Coming> {
  const comings = new Map<string, Coming>();
  for (const spec of scenario.data) {
    const sizes = sizesOf(usedOf(data, spec).rows.length, spec.splits);
    arrivalsOf(spec, sizes, key).forEach((arrivals, index) => {
      const name = spec.topic + '/' + String(index);
      comings.set(name, { rows: sizes[index] as number, arrivals });
    });
  }
  return comings;
}

function arrivalOf({ micros, from, comes }: Arrivals, offset: number): Micros {
  return from + (comes?.[offset] ?? (offset + 1) * micros);
}
