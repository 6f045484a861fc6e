/**
 * The laws, and a suite of them over one history: each entry goes through a table to the checkers
 * that want its kind, and to no others.
 *
 * A checker that throws judges nothing: its verdict is unknown, with what was thrown (after
 * Jepsen's check-safe). A broken invariant of our own is no verdict: it goes on to whoever runs us.
 */
import { detailOf, type Entry, type EntryKind, type Observer } from '../history/entry.js';
import { invariant, InvariantError } from '../kernel/invariant.js';
import { atLeastOnce } from './at-least-once.js';
import { barrierOrder } from './barrier-order.js';
import { checkpointOrder } from './checkpoint-order.js';
import { consistentCut } from './consistent-cut.js';
import { exactlyOnce } from './exactly-once.js';
import { faultWindow } from './fault-window.js';
import { honestReporting } from './honest-reporting.js';
import { metamorphic } from './metamorphic.js';
import { oneAttempt } from './one-attempt.js';
import { operatorCut } from './operator-cut.js';
import { progress } from './progress.js';
import { restartPolicy } from './restart-policy.js';
import { splitCustody } from './split-custody.js';
import { triggerPolicy } from './trigger-policy.js';
import { twoPhaseCommit } from './two-phase-commit.js';
import type { Checker, Context, Law, LawName, RunEnd, Verdict } from './verdict.js';

export type { LawName } from './verdict.js';

const laws: readonly Law[] = [
  consistentCut,
  operatorCut,
  barrierOrder,
  exactlyOnce,
  atLeastOnce,
  twoPhaseCommit,
  checkpointOrder,
  triggerPolicy,
  faultWindow,
  restartPolicy,
  honestReporting,
  splitCustody,
  oneAttempt,
  progress,
  metamorphic,
];

/** Laws that a scenario asks for: each seed of them costs several runs. */
const asked: readonly LawName[] = ['metamorphic'];

/** All laws, in the order in which reports name them. */
export const lawNames: readonly LawName[] = laws.map(({ name }) => name);

/** The laws of a scenario that names none. */
export const defaultLaws: readonly LawName[] = lawNames.filter((name) => !asked.includes(name));

/** The law of that name. */
export function lawOf(name: LawName): Law {
  const law = laws.find((candidate) => candidate.name === name);
  invariant(law !== undefined, 'every name of a law has a law', name);
  return law;
}

/** Some laws over one history. */
export type Suite = Observer &
  Readonly<{
    sees: readonly EntryKind[];
    /** One verdict a law, in the order in which they were asked for. */
    close(end: RunEnd): readonly Verdict[];
    /** How many entries it was shown; an entry's index is the number of those before it. */
    entries(): number;
  }>;

type Seat = { readonly checker: Checker; failure: string | undefined };

/** The checkers of the laws, about to see a history. */
export function suiteOf(names: readonly LawName[], context: Context): Suite {
  const seats = names.map((name): Seat => ({
    checker: lawOf(name).open(context),
    failure: undefined,
  }));
  const byKind = tableOf(seats, ({ sees }) => sees);
  const byMessage = tableOf(seats, ({ messages }) => messages);
  let entries = 0;
  return {
    sees: [...byKind.keys()],
    messages: [...byMessage.keys()],
    see: (entry) => {
      const index = entries;
      entries += 1;
      const wanted =
        entry.kind === 'delivered'
          ? byMessage.get(detailOf(entry, 'delivered').message)
          : byKind.get(entry.kind);
      if (wanted === undefined) return;
      for (const seat of wanted) hear(seat, entry, index);
    },
    close: (end) => seats.map((seat) => verdictFrom(seat, end)),
    entries: () => entries,
  };
}

function tableOf(
  seats: readonly Seat[],
  wishes: (checker: Checker) => readonly string[],
): ReadonlyMap<EntryKind, readonly Seat[]> {
  const table = new Map<string, Seat[]>();
  for (const seat of seats)
    for (const wish of wishes(seat.checker)) {
      const row = table.get(wish);
      if (row === undefined) table.set(wish, [seat]);
      else row.push(seat);
    }
  return table;
}

function hear(seat: Seat, entry: Entry, index: number): void {
  if (seat.failure !== undefined) return;
  try {
    seat.checker.see(entry, index);
  } catch (error) {
    seat.failure = failureOf(error);
  }
}

function verdictFrom(seat: Seat, end: RunEnd): Verdict {
  if (seat.failure === undefined)
    try {
      return seat.checker.close(end);
    } catch (error) {
      seat.failure = failureOf(error);
    }
  const note = 'the checker failed: ' + seat.failure;
  return { law: seat.checker.law, outcome: 'unknown', judged: 0, violation: undefined, note };
}

function failureOf(error: unknown): string {
  if (error instanceof InvariantError) throw error;
  return error instanceof Error ? error.message : String(error);
}
