/**
 * JUnit's XML, a suite a scenario. One test case a law, whatever the seeds, so that names are the
 * same in every run of a scenario: a law that is violated failed; one that a crash kept from being
 * judged is an error; one that could not say, saw nothing, or was not asked about every seed is
 * skipped, not passed. Plans of the corpus are test cases by the names of their files.
 *
 * A module of its own, since the builder takes longer to load than a seed to judge.
 */
import junit, { type Builder, type TestCase } from 'junit-report-builder';

import type { Failure, Finding, LawTally, Summary } from '../explore/sweep.js';
import { listOf, plain } from './plain.js';
import { atEnd, type CorpusPlan, type OpenReporter, type Results } from './reporter.js';
import { shortened } from './screen.js';

export const junitReporter: OpenReporter = atEnd(xmlOf);

// Its types say that the builder is the default of what it exports; it is what it exports.
const newBuilder = (): Builder => (junit as unknown as Builder).newBuilder();

const FAILURES_MAX = 20;

function xmlOf(all: readonly Results[]): string {
  const builder = newBuilder().name('flinch');
  for (const results of all) addSuite(builder, results);
  return `${builder.build()}\n`;
}

function addSuite(builder: Builder, results: Results): void {
  const { summary, seeds, file, corpus } = results;
  const { scenario, verdict, interrupted, fingerprint, events, micros } = summary;
  const suite = builder.testSuite().name(plain(scenario));
  const properties = {
    seeds,
    seedsAsked: summary.seeds.asked,
    seedsJudged: summary.seeds.judged,
    seedsPartial: summary.seeds.partial,
    seedsFailing: listOf([...new Set(summary.failures.map(({ seed }) => seed))]),
    verdict,
    interrupted,
    fingerprint,
    events,
    simulatedSeconds: micros / 1_000_000,
  };
  for (const [name, value] of Object.entries(properties)) suite.property(name, plain(`${value}`));
  const named = (name: string): TestCase =>
    suite.testCase().className(plain(scenario)).name(plain(name)).file(plain(file));
  for (const plan of corpus?.plans ?? []) judgePlan(named(`corpus ${plan.plan}`), plan);
  for (const tally of summary.laws) judge(named(tally.law), tally, results);
}

function judgePlan(testCase: TestCase, { verdict, message, replay }: CorpusPlan): void {
  const text = inBlock(`${message}\n  ${replay}`);
  if (verdict === 'violated') testCase.failure(plain(shortened(message)), verdict).stacktrace(text);
  else if (isGrave(verdict)) testCase.error(plain(shortened(message)), verdict, text);
  else if (verdict === 'inconclusive') testCase.skipped().standardOutput(text);
}

function judge(testCase: TestCase, tally: LawTally, results: Results): void {
  const { law, violated } = tally;
  const { failures } = results.summary;
  const findings = findingsIn(results.summary);
  const broken = findings.find(({ verdict, laws }) => verdict === 'violated' && laws.includes(law));
  const own = failures.filter((failure) => failure.law === law);
  if (own.length > 0)
    testCase.property('seedsViolated', plain(listOf(own.map(({ seed }) => seed))));
  const grave = findings.filter(({ verdict }) => isGrave(verdict));
  if (broken !== undefined) {
    testCase.failure(plain(broken.message), 'violated').stacktrace(textOf(own, results));
  } else if (grave.length > 0) {
    const crashes = failures.filter((failure) => failure.law === null);
    testCase.error(plain(messagesOf(grave)), grave[0]?.verdict, textOf(crashes, results));
  } else {
    const doubts = doubtsOf(tally, findings);
    if (doubts.length > 0) testCase.skipped().standardOutput(inBlock(doubts.join('\n')));
    else if (violated > 0)
      testCase.standardOutput(`violated, as expected\n${textOf(own, results)}`);
  }
}

/** What the seeds show; plans of the corpus have test cases of their own. */
function findingsIn({ findings }: Summary): readonly Finding[] {
  return findings.filter(({ inCorpus }) => inCorpus !== true);
}

function isGrave(verdict: Finding['verdict']): boolean {
  return verdict === 'crashed' || verdict === 'nondeterministic';
}

/** Why a law that was not violated does not simply hold. */
function doubtsOf({ law, vacuous }: LawTally, findings: readonly Finding[]): string[] {
  const found = findings
    .filter(({ verdict, laws }) => verdict === 'inconclusive' && isAbout(laws, law))
    .map(({ message }) => message);
  return found.length === 0 && vacuous ? ['judged nothing'] : found;
}

function isAbout(laws: readonly string[], law: string): boolean {
  return laws.length === 0 || laws.includes(law);
}

function messagesOf(findings: readonly Finding[]): string {
  return findings.map(({ message }) => message).join('; ');
}

function textOf(failures: readonly Failure[], { trailOf }: Results): string {
  const lines = failures
    .slice(0, FAILURES_MAX)
    .flatMap(({ seed, message }) => [
      `seed ${seed}: ${shortened(message)}`,
      `  ${trailOf(seed).replay}`,
    ]);
  const more = failures.length - FAILURES_MAX;
  return inBlock([...lines, ...(more > 0 ? [`and ${more} more seeds`] : [])].join('\n'));
}

/** Text for a CDATA block. The builder splits a block at the first `]]>` only. */
function inBlock(text: string): string {
  return plain(text).replaceAll(']]>', ']] >');
}
