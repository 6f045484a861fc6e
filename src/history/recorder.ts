/**
 * A recorder keeps every entry of a run, for a person who wants to read it or a checker that comes
 * later. A campaign runs without one: it keeps nothing but its verdicts.
 */
import type { Entry, Observer } from './entry.js';

/** An observer that sees everything; `entries` grows while the run goes on. */
export type Recorder = Observer & Readonly<{ entries: readonly Entry[] }>;

/** A recorder that has seen nothing yet. */
export function recorder(): Recorder {
  const entries: Entry[] = [];
  return {
    sees: 'all',
    messages: [],
    see: (entry) => void entries.push(entry),
    entries,
  };
}
