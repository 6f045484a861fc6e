/** Results for a person, each on one screen: plain text, at most 100 columns wide where it can. */
import {
  worstOf,
  type Failure,
  type LawTally,
  type SeedOutcome,
  type Summary,
} from '../explore/sweep.js';
import { configurationLine } from './configuration.js';
import { countsText, restOf, troubledIn } from './corpus.js';
import type { Trail } from './documents.js';
import { phaseLines } from './phases.js';
import type { Detail, Manner, Results } from './reporter.js';

/** Most failing seeds on the screen, and most plans of the corpus. */
const SEEDS_MAX = 3;

/** The verdict and the answer of a sweep; of one seed, its failure too. */
export function headlined(results: Results, { detail, paint }: Manner): string {
  const { summary, trailOf, story, scenario, explain } = results;
  const headline = `${paint(summary.verdict)}  ${summary.scenario}\n`;
  const settings = detail === 'quiet' ? '' : configurationLine(scenario, explain);
  const phases = phaseLines(summary.phases, (seed) => trailOf(seed).replay);
  const answer = headline + settings + sweepText(summary, trailOf, detail, phases);
  const corpus = corpusText(results, detail);
  return answer + corpus + (story === '' || detail === 'quiet' ? '' : `\n${story}`);
}

/** What several scenarios came to: a line each, and one that sums up. */
export function sumText(all: readonly Results[], { detail, paint }: Manner): string {
  const summaries = all.map(({ summary }) => summary);
  const width = Math.max(...summaries.map(({ scenario }) => scenario.length), 'scenario'.length);
  const line = (name: string, ...[verdict = '', judged = '', asked = '']: string[]): string =>
    `${name.padEnd(width)}  ${verdict.padEnd(16)}${judged.padStart(10)}${asked.padStart(10)}\n`;
  const lines = summaries.map(({ scenario, verdict, seeds }) =>
    line(scenario, verdict, `${seeds.judged}`, `${seeds.asked}`),
  );
  const table = [line('scenario', 'verdict', 'judged', 'asked'), ...lines, '\n'].join('');
  const worst = paint(worstOf(summaries.map(({ verdict }) => verdict)));
  const last = `${worst}  ${all.length} scenarios: ${countsText(summaries)}\n`;
  return detail === 'quiet' ? last : table + last;
}

/**
 * The answer of a sweep; the verdict itself is the caller's first line.
 *
 * @param detail  quiet: only what is not well; verbose: every failure in full, and the moments
 * @param phases  lines between the laws and the failures
 */
export function sweepText(
  summary: Summary,
  trailOf: (seed: string) => Trail,
  detail: Detail = 'normal',
  phases: readonly string[] = [],
): string {
  const { seeds, fingerprint, events, micros, findings } = summary;
  const failures = failureLines(summary.failures, trailOf, detail === 'verbose');
  if (detail === 'quiet')
    return [...findings.map(({ message }) => `  ${message}`), ...failures, ''].join('\n');
  const partial = seeds.partial === 0 ? '' : `, ${seeds.partial} partial`;
  const lines = [
    ...findings.map(({ message }) => `  ${message}`),
    `seeds: ${seeds.judged} of ${seeds.asked} judged${partial}`,
    `events: ${events}, simulated: ${(micros / 1_000_000).toFixed(1)} s`,
    `fingerprint: ${fingerprint}`,
    '',
    ...tableOf(summary.laws),
    ...(detail === 'verbose' ? momentLines(summary.moments) : []),
    ...phases,
    ...failures,
  ];
  return lines.join('\n') + '\n';
}

/** The corpus below an empty line; nothing, if nothing of it is to be told. */
function corpusText({ corpus }: Results, detail: Detail): string {
  if (corpus === undefined) return '';
  const troubled = troubledIn(corpus);
  const most = detail === 'verbose' ? troubled.length : SEEDS_MAX;
  const more = troubled.length - most;
  const lines = [
    ...troubled.slice(0, most).flatMap(({ plan, verdict, message, replay }) => {
      const said = detail === 'verbose' ? message : shortened(message);
      return [`${plan}  ${verdict}: ${said}`, `  ${replay}`];
    }),
    ...(more > 0 ? [`and ${more} more; --json lists all`] : []),
    ...(detail === 'quiet' ? [] : restOf(corpus)),
  ];
  if (lines.length === 0) return '';
  const counts = corpus.plans.length === 0 ? 'no plan judged' : countsText(corpus.plans);
  return ['', `corpus: ${counts}`, ...lines.map((line) => `  ${line}`), ''].join('\n');
}

function tableOf(laws: readonly LawTally[]): string[] {
  const header = row('law', 'judged', 'holds', 'violated', 'unknown');
  return [
    header,
    ...laws.map(({ law, judged, holds, violated, unknown, vacuous }) => {
      const cells = row(law, `${judged}`, `${holds}`, `${violated}`, `${unknown}`);
      return vacuous ? `${cells}  vacuous` : cells;
    }),
  ];
}

function momentLines(moments: Summary['moments']): string[] {
  const lines = Object.entries(moments).map(
    ([kind, count]) => `  ${kind.padEnd(28)}${String(count).padStart(10)}`,
  );
  return ['', 'moments:', ...lines];
}

function row(name: string, ...cells: readonly string[]): string {
  return [name.padEnd(18), ...cells.map((cell) => cell.padStart(10))].join('');
}

/** The gravest seeds with what they broke, and how many more there are. */
function failureLines(
  failures: readonly Failure[],
  trailOf: (seed: string) => Trail,
  isVerbose: boolean,
): readonly string[] {
  if (failures.length === 0) return [];
  const bySeed = new Map<string, Failure[]>();
  for (const failure of [...failures].sort((one, other) => rankOf(one) - rankOf(other))) {
    const same = bySeed.get(failure.seed);
    if (same === undefined) bySeed.set(failure.seed, [failure]);
    else same.push(failure);
  }
  const most = isVerbose ? bySeed.size : SEEDS_MAX;
  const lines = [...bySeed].slice(0, most).flatMap(([seed, [first, ...others]]) => {
    const also = others.map(({ law }) => law).join(', ');
    return [
      `  seed ${seed}  ${first === undefined ? '' : textOfFailure(first, isVerbose)}`,
      ...(also === '' ? [] : [`    also broken: ${also}`]),
      `    ${trailOf(seed).replay}`,
    ];
  });
  const more = bySeed.size - most;
  return ['', 'failures:', ...lines, ...(more > 0 ? [`  and ${more} more; --json lists all`] : [])];
}

function textOfFailure({ verdict, law, expected, message }: Failure, isVerbose: boolean): string {
  const said = isVerbose ? message : shortened(message);
  return `${law ?? verdict}${expected ? ' (expected)' : ''}: ${said}`;
}

/** Crashes first, then what nobody expected. */
export function rankOf({ law, expected }: Failure): number {
  if (law === null) return 0;
  return expected ? 2 : 1;
}

/** A message without its middle, where it is long. */
export function shortened(message: string): string {
  if (message.length <= 300) return message;
  return `${message.slice(0, 150)} ... ${message.slice(-140)}`;
}

/** The answer of a replay; the verdict itself is the caller's first line. */
export function replayText(outcome: SeedOutcome, expected: string): string {
  const { seed, fingerprint, laws, error } = outcome;
  const broken = laws.filter(({ outcome: said }) => said !== 'holds');
  const lines = [
    `seed: ${seed}`,
    `fingerprint: ${fingerprint || 'none'}, ${
      fingerprint === expected ? 'as it was' : `was ${expected || 'none'}`
    }`,
    ...broken.map(({ law, outcome: said, message }) => `${law} is ${said}: ${message}`),
    ...(error === '' ? [] : [`${outcome.reason}: ${error}`]),
  ];
  return lines.join('\n') + '\n';
}
