/** The answer of a run as Markdown: for a job summary, a comment, a page of results. */
import { worstOf, type Failure, type LawTally } from '../explore/sweep.js';
import { countsText, restOf, troubledIn } from './corpus.js';
import { listOf, oneLine } from './plain.js';
import { oneByOne, type OpenReporter, type Results } from './reporter.js';
import { rankOf, shortened } from './screen.js';

export const markdownReporter: OpenReporter = oneByOne({ one: sectionOf, sum: sumOf });

function sectionOf(results: Results): string {
  const { summary, seeds } = results;
  const { verdict, scenario, findings, fingerprint, events, micros } = summary;
  const { asked, judged, partial } = summary.seeds;
  const counts = `${judged} of ${asked} judged, ${partial} partial`;
  const lines = [
    `## ${verdict.toUpperCase()}: ${escaped(scenario)}`,
    ...(summary.interrupted ? ['', '**Interrupted**: this is what was judged until then.'] : []),
    ...headed(findings.map(({ message }) => `- ${escaped(message)}`)),
    ...headed([
      `- seeds: ${codeOf(seeds)}, ${counts}`,
      `- events: ${events}, simulated: ${(micros / 1_000_000).toFixed(1)} s`,
      `- fingerprint: ${codeOf(fingerprint)}`,
    ]),
    ...headed(tableOf(summary.laws)),
    ...failureLines(results),
    ...corpusLines(results),
  ];
  return `${lines.join('\n')}\n`;
}

/** What several scenarios came to. */
function sumOf(all: readonly Results[]): string {
  const verdict = worstOf(all.map(({ summary }) => summary.verdict));
  const rows = all.map(({ summary: { scenario, verdict: own, seeds } }) =>
    rowOf(escaped(scenario), own, seeds.judged, seeds.asked),
  );
  const lines = [
    ...[`## ${verdict.toUpperCase()}: ${all.length} scenarios`, ''],
    ...['| scenario | verdict | judged | asked |', '| --- | --- | ---: | ---: |', ...rows],
  ];
  return `${lines.join('\n')}\n`;
}

function headed(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}

function tableOf(laws: readonly LawTally[]): string[] {
  const rows = laws.map(({ law, judged, holds, violated, unknown, vacuous }) => {
    const name = vacuous ? `${law} (vacuous)` : law;
    return rowOf(name, judged, holds, violated, unknown);
  });
  const header = '| law | judged | holds | violated | unknown |';
  return [header, '| --- | ---: | ---: | ---: | ---: |', ...rows];
}

function rowOf(...cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** One of each kind of failure, with the seeds that had it: the gravest first. */
function failureLines({ summary, trailOf }: Results): string[] {
  const kinds = new Map<string, [Failure, ...Failure[]]>();
  for (const failure of [...summary.failures].sort((one, other) => rankOf(one) - rankOf(other))) {
    const kind = `${failure.law ?? failure.verdict}${failure.expected ? ' (expected)' : ''}`;
    const same = kinds.get(kind);
    if (same === undefined) kinds.set(kind, [failure]);
    else same.push(failure);
  }
  return [...kinds].flatMap(([kind, failures]) => {
    const [{ seed, message }] = failures;
    const { folder, replay } = trailOf(seed);
    return [
      ...['', `### ${kind}`, ''],
      `- seeds: ${escaped(listOf(failures.map((failure) => failure.seed)))}`,
      `- seed ${escaped(seed)}: ${codeOf(shortened(message))}`,
      ...(folder === null ? [] : [`- folder: ${codeOf(folder)}`]),
      `- replay: ${codeOf(replay)}`,
    ];
  });
}

/** Most plans of the corpus that are told one by one. */
const PLANS_MAX = 20;

/** The corpus: each plan that does not hold, the worst first; then the names of the others. */
function corpusLines({ corpus }: Results): string[] {
  if (corpus === undefined || corpus.plans.length + corpus.stored.length === 0) return [];
  const troubled = troubledIn(corpus);
  const more = troubled.length - PLANS_MAX;
  return [
    ...['', '### corpus', ''],
    ...(corpus.plans.length === 0 ? [] : [`- plans: ${countsText(corpus.plans)}`]),
    ...troubled
      .slice(0, PLANS_MAX)
      .flatMap(({ plan, verdict, message, folder, replay }) => [
        `- ${escaped(plan)} ${verdict}: ${codeOf(shortened(message))}`,
        ...(folder === null ? [] : [`- folder: ${codeOf(folder)}`]),
        `- replay: ${codeOf(replay)}`,
      ]),
    ...(more > 0 ? [`- and ${more} more`] : []),
    ...restOf(corpus).map((line) => `- ${escaped(line)}`),
  ];
}

/** A text as it stands, in a span of code that none of its own backticks can end. */
function codeOf(text: string): string {
  const line = oneLine(text);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return line === '' ? '' : longest === 0 ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}

function escaped(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]<>#|~&]/g, '\\$&');
}
