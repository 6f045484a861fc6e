/**
 * Annotations of GitHub Actions: a line a finding, at the line of the scenario that asks for the
 * law. A step shows ten of a kind and drops the rest, so seeds are counted, never listed one by
 * one, and there are at most ten in all, the gravest of all scenarios.
 *
 * @source  docs.github.com, "Workflow commands for GitHub Actions"
 */
import { byGravity, type Failure, type Finding } from '../explore/sweep.js';
import { plansOf } from './corpus.js';
import { listOf, plain } from './plain.js';
import { atEnd, type OpenReporter, type Results } from './reporter.js';
import { shortened } from './screen.js';

export const githubReporter: OpenReporter = atEnd((all) => {
  const found = all.flatMap((results) =>
    distinct(results.summary.findings).map((finding) => ({ finding, results })),
  );
  return found
    .sort((one, other) => byGravity(one.finding, other.finding))
    .slice(0, ANNOTATIONS_MAX)
    .map(({ finding, results }) => annotationOf(finding, results))
    .join('');
});

const ANNOTATIONS_MAX = 10;

/** One of each verdict and law; whatever is inconclusive has a reason of its own. */
function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const { verdict, laws, message, inCorpus } = finding;
    const key = verdict === 'inconclusive' || inCorpus ? message : [verdict, ...laws].join(' ');
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()];
}

function annotationOf(finding: Finding, results: Results): string {
  const { verdict, message, laws } = finding;
  const { summary, file, lineOf } = results;
  const level = verdict === 'inconclusive' ? 'warning' : 'error';
  const [law] = laws;
  const title = `${law ?? summary.scenario} ${law === undefined ? '' : 'is '}${verdict}`;
  const line = law === undefined ? 1 : lineOf(law);
  const properties = `file=${inProperty(file)},line=${line},title=${inProperty(title)}`;
  const example = finding.inCorpus ? planOf(finding, results) : seedOf(finding, results);
  const text = [`${summary.scenario}: ${message}`, ...example];
  return `::${level} ${properties}::${inMessage(text.join('\n'))}\n`;
}

/** The failures that a finding counts. */
function failuresOf({ verdict, laws }: Finding, { summary }: Results): readonly Failure[] {
  return summary.failures.filter(
    (failure) =>
      failure.verdict === verdict && (failure.law === null || laws.includes(failure.law)),
  );
}

/** The plans of the corpus, and what the first of them found. */
function planOf(finding: Finding, { corpus }: Results): string[] {
  const plans = plansOf(finding, corpus);
  const [first] = plans;
  if (first === undefined) return [];
  const { plan, message, replay } = first;
  const names = listOf(plans.map((other) => other.plan));
  return [`plans: ${names}`, `${plan}: ${shortened(message)}`, replay];
}

/** The seeds, and what the first of them found. */
function seedOf(finding: Finding, results: Results): string[] {
  const failures = failuresOf(finding, results);
  const [first] = failures;
  if (first === undefined) return [];
  const seeds = listOf([...new Set(failures.map(({ seed }) => seed))]);
  const { replay } = results.trailOf(first.seed);
  return [`seeds: ${seeds}`, `seed ${first.seed}: ${shortened(first.message)}`, replay];
}

function inMessage(text: string): string {
  return plain(text).replaceAll('%', '%25').replaceAll('\n', '%0A');
}

function inProperty(text: string): string {
  return inMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
