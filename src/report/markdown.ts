/** The answer of a run as Markdown: for a job summary, a comment, a page of results. */
import type { Failure, LawTally } from '../explore/sweep.js';
import { listOfSeeds, oneLine } from './plain.js';
import { atEnd, type OpenReporter, type Results } from './reporter.js';
import { rankOf, shortened } from './screen.js';

export const markdownReporter: OpenReporter = atEnd((results) => {
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
  ];
  return `${lines.join('\n')}\n`;
});

function headed(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}

function tableOf(laws: readonly LawTally[]): string[] {
  const rows = laws.map(({ law, judged, holds, violated, unknown, vacuous }) => {
    const name = vacuous ? `${law} (vacuous)` : law;
    return `| ${[name, judged, holds, violated, unknown].join(' | ')} |`;
  });
  const header = '| law | judged | holds | violated | unknown |';
  return [header, '| --- | ---: | ---: | ---: | ---: |', ...rows];
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
      `- seeds: ${escaped(listOfSeeds(failures.map((failure) => failure.seed)))}`,
      `- seed ${escaped(seed)}: ${codeOf(shortened(message))}`,
      ...(folder === null ? [] : [`- folder: ${codeOf(folder)}`]),
      `- replay: ${codeOf(replay)}`,
    ];
  });
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
