/**
 * What a law is to the rest of the house: something that opens a checker, which sees each entry of
 * a history once and then gives its verdict. Verdicts are plain data: they print, save and load.
 *
 * A verdict says how much was judged, so that a law which saw nothing is not taken for one that
 * holds; and a violation names the entry that proves it, not the end of the run.
 */
import type { Configuration } from '../flink/configuration.js';
import type { Entry, EntryKind } from '../history/entry.js';
import type { Bag } from '../job/meaning/bag.js';
import type { JobGraph } from '../job/job-graph.js';
import type { TopicInput } from '../job/meaning/input.js';
import type { Micros } from '../kernel/time.js';

export type LawName =
  | 'consistent-cut'
  | 'operator-cut'
  | 'barrier-order'
  | 'exactly-once'
  | 'at-least-once'
  | 'two-phase-commit'
  | 'checkpoint-order'
  | 'trigger-policy'
  | 'fault-window'
  | 'restart-policy'
  | 'honest-reporting'
  | 'split-custody'
  | 'one-attempt'
  | 'progress'
  | 'metamorphic';

export type Outcome = 'holds' | 'violated' | 'unknown';

/** A law was broken: where, how, and what shows it. */
export type Violation = Readonly<{
  /** Index of the entry at which it was proved; of the last one, if only the end proves it. */
  index: number;
  at: Micros;
  message: string;
  /** Channels, transactions, checkpoints (`checkpoint 7`), subtasks, records that it touches. */
  about: readonly string[];
  /** The entries that prove it, at most six, in their order. */
  proof: readonly Entry[];
}>;

export type Verdict = Readonly<{
  law: LawName;
  outcome: Outcome;
  /** How often the law's condition was evaluated; 0: it judged nothing. */
  judged: number;
  violation: Violation | undefined;
  /** What else there is to say; `partial` when only a part of the law applied. */
  note: string;
}>;

/**
 * How a run ended: the job said FINISHED, or FAILED; or, as its input never ends, it was stopped;
 * or its time or events were spent.
 */
export type RunEnd = Readonly<{
  at: Micros;
  reason: 'finished' | 'failed' | 'stopped' | 'budget';
  entries: number;
}>;

/** A run under other settings, and the rows that it showed, by topic. */
export type Variant = Readonly<{ name: string; shown: ReadonlyMap<string, Bag> | undefined }>;

/** What the laws need to know of a run besides its entries. */
export type Context = Readonly<{
  job: JobGraph;
  configuration: Configuration;
  /** The input. */
  topics: readonly TopicInput[];
  /**
   * The same plan under settings that must not matter, and what each showed of these topics;
   * undefined for a run that did not finish.
   */
  variants?: ((topics: readonly string[]) => Iterable<Variant>) | undefined;
  /** Time that a run without faults needs for the whole input; without it, no end is due. */
  drainMicros?: Micros | undefined;
  /** Time that the world takes for what no configuration bounds; see the law `progress`. */
  settleMicros?: Micros | undefined;
}>;

/** Whether a record may come again that the state which was restored has seen. */
export function mayRepeat({ configuration }: Context): boolean {
  return configuration.checkpointingMode === 'AT_LEAST_ONCE';
}

/** Whether barriers overtake records, which are stored then. */
export function mayOvertake({ configuration }: Context): boolean {
  return configuration.unalignedCheckpoints;
}

/** One law over one history: a fold. After its first violation it looks at nothing more. */
export type Checker = Readonly<{
  law: LawName;
  /** Kinds of entries that it wants; deliveries are wanted by `messages`. */
  sees: readonly EntryKind[];
  /** Kinds of messages whose deliveries it wants. */
  messages: readonly string[];
  see(entry: Entry, index: number): void;
  close(end: RunEnd): Verdict;
}>;

/**
 * What a law judges from: kinds of entries, or `delivered` and the kind of a message, with commas
 * between them; and who states them, or what they are taken for.
 */
export type Evidence = Readonly<Record<string, string>>;

export type Law = Readonly<{
  name: LawName;
  /** The law in one sentence. */
  says: string;
  /** Papers, tickets and parts of Flink that it comes from. */
  source: string;
  /** Names of the invariants that it states. */
  invariants: readonly string[];
  judgesFrom: Evidence;
  open(context: Context): Checker;
}>;
