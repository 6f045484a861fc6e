/** The reports of one run: each reporter with where its text goes, fed together. */
import process from 'node:process';

import type { SeedOutcome } from '../explore/sweep.js';
import {
  reporters,
  type Detail,
  type OpenReporter,
  type Reporter,
  type Results,
} from '../report/report.js';
import { painted, print } from './output.js';
import { openJobSummary, openReportFile, type ReportFile } from './report-file.js';
import type { ReporterName, ReporterSpec } from './reporter-specs.js';

export type Reports = Readonly<{
  /** Shows a seed, in their order. */
  seen(outcome: SeedOutcome): void;
  /** Writes every report; one that fails keeps none of the others. */
  write(results: Results): void;
  /** Takes away what was begun and not written. */
  discard(): void;
}>;

type Sink = Readonly<{
  reporter: Reporter;
  /** Takes what is told of a seed. */
  tell(text: string): void;
  /** Takes the rest. */
  write(blocks: Iterable<string>): void;
  discard(): void;
}>;

/** Texts in which a person may meet other lines of a log; all others are documents. */
const logs: ReadonlySet<ReporterName> = new Set(['default', 'dot', 'github']);

/** Whether a person who sees stdout and nothing else learns what was found. */
export function tellsFindings(specs: readonly ReporterSpec[]): boolean {
  const people = specs.filter(({ name }) => logs.has(name) || name === 'markdown');
  return people.some(({ file }) => file === undefined);
}

/**
 * Opens the reports, and tries whether their files can be written.
 *
 * @param summaryFile  of the job on GitHub, if it runs there
 * @throws InputError for a file that cannot be written
 */
export async function openReports(
  specs: readonly ReporterSpec[],
  detail: Detail,
  summaryFile: string | undefined,
): Promise<Reports> {
  const sinks: Sink[] = [];
  const discard = (): void => sinks.forEach((sink) => sink.discard());
  const isBesideDocument = specs.some(({ name, file }) => file === undefined && !logs.has(name));
  try {
    for (const { name, file } of specs) {
      const open = await reporterNamed(name);
      if (file !== undefined) sinks.push(fileSink(open, detail, openReportFile(file)));
      else sinks.push(streamSink(open, detail, name === 'github' && isBesideDocument));
    }
    if (summaryFile !== undefined && specs.some(({ name }) => name === 'github'))
      sinks.push(fileSink(reporters.markdown, detail, openJobSummary(summaryFile)));
  } catch (error) {
    discard();
    throw error;
  }
  return {
    seen: (outcome) => showAll(sinks, outcome),
    write: (results) => writeAll(sinks, results),
    discard,
  };
}

async function reporterNamed(name: ReporterName): Promise<OpenReporter> {
  if (name !== 'junit') return reporters[name];
  const { junitReporter } = await import('../report/junit.js');
  return junitReporter;
}

function fileSink(open: OpenReporter, detail: Detail, file: ReportFile): Sink {
  const reporter = open({ detail, paint: (verdict) => verdict.toUpperCase() });
  const told: string[] = [];
  return {
    reporter,
    tell: (text) => told.push(text),
    write: (blocks) => file.write([told.join(''), ...blocks]),
    discard: file.discard,
  };
}

/** A runner of GitHub reads annotations from both streams; a document must stay one. */
function streamSink(open: OpenReporter, detail: Detail, toStderr: boolean): Sink {
  const tell = toStderr ? (text: string) => void process.stderr.write(text) : print;
  return {
    reporter: open({ detail, paint: painted }),
    tell,
    write: (blocks) => {
      for (const block of blocks) tell(block);
    },
    discard: () => undefined,
  };
}

function showAll(sinks: readonly Sink[], outcome: SeedOutcome): void {
  for (const { reporter, tell } of sinks) {
    const text = reporter.seen(outcome);
    if (text !== '') tell(text);
  }
}

function writeAll(sinks: readonly Sink[], results: Results): void {
  const errors: unknown[] = [];
  for (const { reporter, write } of sinks) {
    try {
      write(reporter.end(results));
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
