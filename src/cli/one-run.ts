/** The files of `run --itf`, `--checkpoints` and `--rollbacks`: one run in the form of each. */
import { encodeItfTrace } from 'tla-json-export';

import { rollbacksOf } from '../analysis/rollbacks.js';
import { InputError } from '../campaign/input-error.js';
import type { Recording } from '../campaign/runner.js';
import { settingNumber } from '../flink/settings.js';
import { checkpointsDocument } from '../report/report.js';
import { coordinatorTrace } from '../tla/coordinator-trace.js';
import type { OneRunOptions } from './options.js';
import { openReportFile, type ReportFile } from './report-file.js';
import { versionOfPackage } from './version.js';

/** Writes a recording; gives what it came to, in words. */
type Write = (recording: Recording, mutant: string | undefined) => string;

/** The files that were asked for. */
export type OneRunFiles = Readonly<{
  isEmpty: boolean;
  /** Writes them all; gives a line about each. */
  write(recording: Recording, mutant: string | undefined): readonly string[];
  /** Takes away what was begun and not written. */
  discard(): void;
}>;

/**
 * Makes ready to write the files.
 *
 * @param scenarios  how many there are
 * @throws InputError when one cannot be written, or there is more than one scenario
 */
export function openOneRun(options: OneRunOptions, scenarios: number): OneRunFiles {
  const { itf, checkpoints, rollbacks } = options;
  const files: ReportFile[] = [];
  const writes: Write[] = [];
  const add = (option: string, what: string, file: string | undefined, write: Writer): void => {
    if (file === undefined) return;
    if (scenarios > 1)
      throw new InputError(`${option} writes ${what} of one run; name one scenario`);
    const open = openReportFile(file, option);
    files.push(open);
    writes.push((recording, mutant) => write({ file, open, recording, mutant }));
  };
  const discard = (): void => files.forEach((file) => file.discard());
  try {
    add('--itf', 'the trace', itf, writeItf);
    add('--checkpoints', 'those', checkpoints, writeCheckpoints);
    add('--rollbacks', 'those', rollbacks, writeRollbacks);
  } catch (error) {
    discard();
    throw error;
  }
  return {
    isEmpty: writes.length === 0,
    write: (recording, mutant) => writes.map((write) => write(recording, mutant)),
    discard,
  };
}

/** What is written where. */
type Task = Readonly<{
  file: string;
  open: ReportFile;
  recording: Recording;
  mutant: string | undefined;
}>;

type Writer = (task: Task) => string;

/** The checkpoint coordinator as an ITF trace. */
function writeItf({ file, open, recording, mutant }: Task): string {
  const { plan, fingerprint, entries } = recording;
  const trace = coordinatorTrace(entries, {
    source: `flinch ${versionOfPackage()}`,
    scenario: plan.scenario.name,
    seed: plan.seed,
    mutant: mutant ?? null,
    fingerprint,
  });
  open.write([encodeItfTrace(trace)]);
  return `trace: ${file}, ${trace.states.length} states`;
}

function writeCheckpoints({ file, open, recording }: Task): string {
  const { configuration } = recording.plan.scenario;
  const size = settingNumber(configuration, 'web.checkpoints.history');
  const document = checkpointsDocument(recording.entries, size);
  open.write([`${JSON.stringify(document, null, 2)}\n`]);
  return `checkpoints: ${file}, ${document.counts.total} in all`;
}

function writeRollbacks({ file, open, recording }: Task): string {
  const document = rollbacksOf(recording.entries);
  open.write([`${JSON.stringify(document, null, 2)}\n`]);
  return `rollbacks: ${file}, ${document.rollbacks.length} in all`;
}
