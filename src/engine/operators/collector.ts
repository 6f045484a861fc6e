/**
 * What an operator may do with what it makes of a record or of time.
 */
import type { Words } from '../../kernel/actor.js';

export type Collector = Readonly<{
  /** A row, whose words stand at `from ..< to`, of a time. */
  emit(words: Words, from: number, to: number, time: number): void;
  /** A record that came too late goes to the side output. */
  late(words: Words, from: number, to: number, time: number): void;
  /** What all later records are later than. */
  watermark(): number;
  /** The process's clock, in milliseconds. */
  clock(): number;
}>;
