/**
 * Simulated time: integer microseconds since the run began. An integer keeps the order of events
 * exact (a double holds 2^53 of them, 285 years) and never gathers rounding errors.
 */

/** A point or a span of simulated time in microseconds; an integer, |at| < 2^53. */
export type Micros = number;

export const MILLIS: Micros = 1_000;
export const SECONDS: Micros = 1_000_000;

/**
 * The time as a person reads it: seconds with six digits, for messages and reports.
 *
 * @example textOf(12_345_678) // '12.345678 s'
 */
export function textOf(at: Micros): string {
  const size = Math.abs(at);
  const fraction = String(size % SECONDS).padStart(6, '0');
  return `${at < 0 ? '-' : ''}${Math.floor(size / SECONDS)}.${fraction} s`;
}
