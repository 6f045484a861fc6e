/**
 * When the records of a topic come: one by one at its rate, from when their split comes into being,
 * or partly in bursts. In every span of a topic with bursts, records that stand side by side are
 * held up and come at once with the last of them; the rate over a span stays what it is. Where in
 * its span a burst lies is noise of the topic and the number of the span, so all splits burst
 * together.
 */
import { entityOf } from '../kernel/ids.js';
import { noise, purposeOf, within, type NoiseKey } from '../kernel/noise.js';
import type { Micros } from '../kernel/time.js';
import type { TopicSpec } from './data.js';

const BURST = purposeOf('burst');

/** When the rows of a split come, as the log broker takes it. */
export type Arrivals = Readonly<{ micros: Micros; from: Micros; comes?: Float64Array }>;

/** When the rows of each split come; `rows` says how many it has. */
export function arrivalsOf(spec: TopicSpec, rows: readonly number[], key: NoiseKey): Arrivals[] {
  const micros = Math.floor((spec.splits * 1_000_000) / spec.recordsPerSecond);
  const late = spec.splits - (spec.lateSplits?.splits ?? 0);
  return rows.map((count, split) => {
    const from = split < late ? 0 : lateMicros(spec);
    if (spec.bursts === undefined) return { micros, from };
    return { micros, from, comes: inBursts(spec, spec.bursts, count, micros, key) };
  });
}

/** When the last records of a topic come, if its splits are alike. */
export function lastArrival(spec: TopicSpec): Micros {
  return Math.ceil((spec.records * 1_000_000) / spec.recordsPerSecond) + lateMicros(spec);
}

/** The most records that a burst can have: those that come in its span. */
export function burstMax({ recordsPerSecond }: TopicSpec, everyMillis: number): number {
  return Math.floor((recordsPerSecond * everyMillis) / 1_000);
}

function lateMicros({ lateSplits }: TopicSpec): Micros {
  return (lateSplits?.afterMillis ?? 0) * 1_000;
}

function inBursts(
  { topic, splits }: TopicSpec,
  { everyMillis, records }: NonNullable<TopicSpec['bursts']>,
  rows: number,
  micros: Micros,
  key: NoiseKey,
): Float64Array {
  const comes = Float64Array.from({ length: rows }, (_none, row) => (row + 1) * micros);
  const entity = entityOf(`topic/${topic}`);
  const span = everyMillis * 1_000;
  const size = Math.ceil(records / splits);
  for (let number = 0; ; number += 1) {
    const first = Math.floor((number * span) / micros);
    if (first >= rows) return comes;
    const end = Math.floor(((number + 1) * span) / micros);
    const held = Math.min(size, end - first);
    const draw = noise(key, BURST, entity, number, 0);
    const start = within(draw, first, end - held);
    const stop = Math.min(start + held, rows);
    comes.fill(stop * micros, Math.min(start, stop), stop);
  }
}
