/**
 * What is to be said of a sweep that is over: what was broken, what crashed, what could not be
 * judged. The verdict is that of the gravest finding.
 */
import type { LawName } from '../check/suite.js';
import { corpusFindings, type PlanResult } from './corpus.js';
import type { LawTally, Sweep } from './sweep.js';

/** How a sweep ended, which the outcomes alone do not say. */
export type SweepEnd = Readonly<{
  /** How many seeds were asked for; undefined for as many as fit. */
  asked: number | undefined;
  /** Fewest seeds that must be judged when none were counted out. */
  seedsMin: number;
  interrupted: boolean;
  /** Seeds that gave another fingerprint when they were run again. */
  nondeterministic: readonly string[];
  /** Whether other seeds are judged elsewhere: what none of these showed, one of those may. */
  isPart?: boolean;
  /** Why seeds are missing, if that is not the time budget. */
  missing?: string;
  /** Plans of the corpus that were judged before the seeds. */
  corpus?: readonly PlanResult[];
}>;

const worstFirst = ['crashed', 'nondeterministic', 'violated', 'inconclusive', 'holds'] as const;

export type SweepVerdict = (typeof worstFirst)[number];

/** The worst of verdicts; `holds` if there is none. */
export function worstOf(verdicts: readonly SweepVerdict[]): SweepVerdict {
  return worstFirst.find((verdict) => verdicts.includes(verdict)) ?? 'holds';
}

/** How two verdicts are sorted, the worse first. */
export function byGravity(
  one: Readonly<{ verdict: SweepVerdict }>,
  other: Readonly<{ verdict: SweepVerdict }>,
): number {
  return worstFirst.indexOf(one.verdict) - worstFirst.indexOf(other.verdict);
}

/** Why a sweep is worse than `holds`, and because of which laws; none, if it is the whole run. */
export type Finding = Readonly<{
  verdict: SweepVerdict;
  message: string;
  laws: readonly LawName[];
  /** Whether plans of the corpus show it, and not the seeds. */
  inCorpus?: true;
}>;

/** Everything that is to be said, the gravest first. */
export function findingsOf(
  sweep: Sweep,
  laws: readonly LawTally[],
  end: SweepEnd,
  asked: number,
): Finding[] {
  const isPart = end.isPart === true;
  return [
    ...crashes(sweep),
    ...strays(sweep, end),
    ...violations(sweep, laws, sweep.seeds >= asked && !end.interrupted, isPart),
    ...gaps(sweep, end),
    ...silences(sweep, laws, asked, isPart),
    ...corpusFindings(end.corpus ?? []),
  ].sort(byGravity);
}

function crashes({ crashed }: Sweep): Finding[] {
  if (crashed === 0) return [];
  const message = `${seedsText(crashed)} crashed: a bug in flinch`;
  return [{ verdict: 'crashed', message, laws: [] }];
}

function strays({ unsteady }: Sweep, { nondeterministic }: SweepEnd): Finding[] {
  const verdict = 'nondeterministic';
  const again = nondeterministic.map((seed): Finding => ({
    verdict,
    message: `seed ${seed} gave another fingerprint when it was run again`,
    laws: [],
  }));
  if (unsteady === 0) return again;
  const rule = 'a function of the job has its row and its state only';
  const message = `code of the user is not deterministic in ${seedsText(unsteady)}; ${rule}`;
  return [...again, { verdict, message, laws: [] }];
}

/** Laws that were broken, and laws that were to be broken and were not. */
function violations(
  sweep: Sweep,
  laws: readonly LawTally[],
  complete: boolean,
  isPart: boolean,
): Finding[] {
  const { expect } = sweep.scenario;
  const broken = laws
    .filter(({ law, violated }) => violated > 0 && expect[law] !== 'violated')
    .map(({ law, violated }): Finding => ({
      laws: [law],
      verdict: 'violated',
      message: `${law} is violated in ${seedsText(violated)}`,
    }));
  const kept = laws
    .filter(({ law, violated }) => !isPart && violated === 0 && expect[law] === 'violated')
    .map(({ law }): Finding => ({
      laws: [law],
      verdict: complete ? 'violated' : 'inconclusive',
      message: `${law} was expected to be violated and was not, in any seed`,
    }));
  return [...broken, ...kept];
}

/** Seeds that were not judged, or not to their end. */
function gaps(sweep: Sweep, { asked, seedsMin, interrupted, missing }: SweepEnd): Finding[] {
  const { seeds, crashed, unsteady, partial, unfinished } = sweep;
  const judged = seeds - crashed - unsteady;
  const messages: string[] = [];
  if (missing !== undefined) messages.push(missing);
  else if (interrupted) messages.push(`interrupted after ${seedsText(seeds)}`);
  else if (asked === undefined && judged < seedsMin)
    messages.push(`${seedsText(judged)} judged in the time budget, fewer than ${seedsMin}`);
  else if (asked !== undefined && seeds < asked)
    messages.push(`the time budget was spent after ${seeds} of ${seedsText(asked)}`);
  if (unfinished > 0)
    messages.push(`${seedsText(unfinished)} spent the budget of the simulation before the end`);
  if (seeds > 1 && partial * 10 > judged)
    messages.push(`${partial} of ${seedsText(judged)} are partial (the job failed), over 10 %`);
  return messages.map((message) => ({ verdict: 'inconclusive', message, laws: [] }));
}

/** Laws that could not say, and laws that saw nothing to judge; a single run only reports those. */
function silences(
  sweep: Sweep,
  laws: readonly LawTally[],
  asked: number,
  isPart: boolean,
): Finding[] {
  const verdict = 'inconclusive';
  const unknown = laws
    .filter((law) => law.unknown > 0)
    .map(({ law, unknown }): Finding => ({
      verdict,
      message: `${law} is unknown in ${seedsText(unknown)}`,
      laws: [law],
    }));
  const vacuous = laws.filter((law) => law.vacuous).map(({ law }) => law);
  const counts = asked > 1 || vacuous.length === laws.length;
  if (isPart || sweep.seeds === 0 || !counts || vacuous.length === 0) return unknown;
  const message = `judged nothing in any seed: ${vacuous.join(', ')}`;
  return [...unknown, { verdict, message, laws: vacuous }];
}

function seedsText(count: number): string {
  return count === 1 ? '1 seed' : `${count} seeds`;
}
