/** The reports of one run: each reporter with where its text goes, fed together. */
import process from 'node:process';

import type { SeedOutcome } from '../explore/sweep.js';
import {
  reporters,
  type Detail,
  type OpenReporter,
  type Reporter,
  type Results,
  type Telling,
} from '../report/report.js';
import { painted, print } from './output.js';
import { openJobSummary, openReportFile, type ReportFile } from './report-file.js';
import type { ReporterName, ReporterSpec } from './reporter-specs.js';

export type Reports = Readonly<{
  /** Begins a scenario. */
  begin(scenario: string): ScenarioReport;
  /** Ends every report; one that fails keeps none of the others. */
  close(): void;
  /** Takes away what was begun and not written. */
  discard(): void;
}>;

/** What the reports are shown of one scenario. */
export type ScenarioReport = Readonly<{
  /** Shows a seed, in their order. */
  seen(outcome: SeedOutcome): void;
  /** Shows what it came to. */
  end(results: Results): void;
}>;

type Sink = Readonly<{
  reporter: Reporter;
  /** Takes what is to be told next. */
  tell(blocks: Iterable<string>): void;
  /** Writes what waits for the end. */
  finish(): void;
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
  const all: Results[] = [];
  return {
    begin: (scenario) => {
      const tellings = sinks.map((sink) => [sink, sink.reporter.begin(scenario)] as const);
      return {
        seen: (outcome) => tellings.forEach((telling) => showSeed(telling, outcome)),
        end: (results) => {
          all.push(results);
          for (const [{ tell }, telling] of tellings) tell(telling.end(results));
        },
      };
    },
    close: () => closeAll(sinks, all),
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
  const told: Iterable<string>[] = [];
  return {
    reporter,
    tell: (blocks) => told.push(blocks),
    finish: () => file.write(flat(told)),
    discard: file.discard,
  };
}

function* flat(told: Iterable<Iterable<string>>): Generator<string> {
  for (const blocks of told) yield* blocks;
}

/** A runner of GitHub reads annotations from both streams; a document must stay one. */
function streamSink(open: OpenReporter, detail: Detail, toStderr: boolean): Sink {
  const write = toStderr ? (text: string) => void process.stderr.write(text) : print;
  return {
    reporter: open({ detail, paint: painted }),
    tell: (blocks) => {
      for (const block of blocks) write(block);
    },
    finish: () => undefined,
    discard: () => undefined,
  };
}

function showSeed([{ tell }, telling]: readonly [Sink, Telling], outcome: SeedOutcome): void {
  const text = telling.seen(outcome);
  if (text !== '') tell([text]);
}

function closeAll(sinks: readonly Sink[], all: readonly Results[]): void {
  const errors: unknown[] = [];
  for (const { reporter, tell, finish } of sinks) {
    try {
      tell(reporter.close(all));
      finish();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
