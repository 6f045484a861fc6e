/**
 * A case: what a checker keeps while it hears a history. It counts what was judged and holds the
 * first violation; nothing is heard after that.
 */
import type { Entry } from '../history/entry.js';
import type { Checker, LawName, Outcome, RunEnd, Verdict, Violation } from './verdict.js';

export type Case = {
  readonly law: LawName;
  judged: number;
  violation: Violation | undefined;
};

/** Something that must not be. */
export type Wrong = Readonly<{
  text: string;
  about: readonly string[];
  since: Entry | undefined;
}>;

const PROOF_MAX = 6;

/** A case in which nothing was heard. */
export function caseOf(law: LawName): Case {
  return { law, judged: 0, violation: undefined };
}

/** The checker that hears a case until it is proved. */
export function hearing(
  open: Case,
  sees: Checker['sees'],
  messages: Checker['messages'],
  see: Checker['see'],
  close: Checker['close'],
): Checker {
  return {
    law: open.law,
    sees,
    messages,
    see: (entry, index) => {
      if (open.violation === undefined) see(entry, index);
    },
    close: (end) => (open.violation === undefined ? close(end) : verdictOf(open, 'holds', '')),
  };
}

/** The law is broken, and `entry` proves it together with those before it. */
export function convict(
  open: Case,
  entry: Entry,
  index: number,
  message: string,
  about: readonly string[],
  before: readonly (Entry | undefined)[] = [],
): void {
  const earlier = proofOf(before).filter((one) => one !== entry);
  const proof = [...earlier.slice(0, PROOF_MAX - 1), entry];
  open.violation ??= { index, at: entry.at, message, about, proof };
}

/** The law is broken, and only the end of the run proves it. */
export function convictAtEnd(
  open: Case,
  end: RunEnd,
  message: string,
  about: readonly string[],
  proof: readonly (Entry | undefined)[] = [],
): void {
  const index = Math.max(0, end.entries - 1);
  const shown = proofOf(proof).slice(0, PROOF_MAX);
  open.violation ??= { index, at: end.at, message, about, proof: shown };
}

/** Each entry once, in the order of their times. */
function proofOf(entries: readonly (Entry | undefined)[]): Entry[] {
  const known = new Set(entries.filter((entry) => entry !== undefined));
  return [...known].sort((one, other) => one.at - other.at);
}

/** The verdict: `outcome`, unless the law was broken. */
export function verdictOf(open: Case, outcome: Outcome, note: string): Verdict {
  const { law, judged, violation } = open;
  if (violation === undefined) return { law, outcome, judged, violation, note };
  return { law, outcome: 'violated', judged, violation, note: '' };
}
