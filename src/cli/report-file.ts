/**
 * The file of a report. It is written under another name beside it and renamed when it is whole, so
 * nobody meets half of one; and whether that can be done is tried before any seed is judged.
 */
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

import { InputError } from '../campaign/input-error.js';

export type ReportFile = Readonly<{
  /** Writes the whole file. */
  write(blocks: Iterable<string>): void;
  /** Takes away what was begun and not written. */
  discard(): void;
}>;

/**
 * Makes ready to write a file, and its folder.
 *
 * @param option  the one that named it, for the error
 * @throws InputError when it cannot be written
 */
export function openReportFile(file: string, option = '--reporter'): ReportFile {
  const target = attempt(file, option, () => targetOf(file));
  const part = `${target}.part`;
  attempt(file, option, () => {
    mkdirSync(dirname(target), { recursive: true });
    closeSync(openSync(part, 'w'));
  });
  return {
    write: (blocks) =>
      attempt(file, option, () => {
        const out = openSync(part, 'w');
        try {
          for (const block of blocks) writeFileSync(out, block);
        } finally {
          closeSync(out);
        }
        renameSync(part, target);
      }),
    discard: () => rmSync(part, { force: true }),
  };
}

/** Where a link leads; a folder or a device cannot be replaced by a file. */
function targetOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return file;
  if (found.isDirectory()) throw new Error('it is a folder');
  if (!found.isFile()) throw new Error('it is not a plain file');
  return realpathSync(file);
}

/** Most bytes of a job summary; GitHub refuses the whole of a larger one (1,024 K). */
const SUMMARY_BYTES_MAX = 900 * 1_024;

const CUT = '\nThe rest is left out: a job summary has at most 900 K.\n';

/** The job summary of GitHub Actions: others write to it too, so a report is added to its end. */
export function openJobSummary(file: string): ReportFile {
  attempt(file, '--reporter', () => appendFileSync(file, ''));
  return {
    write: (blocks) =>
      attempt(file, '--reporter', () => {
        const room = SUMMARY_BYTES_MAX - statSync(file).size;
        appendFileSync(file, headOf([...blocks].join(''), room));
      }),
    discard: () => undefined,
  };
}

/** The whole lines of a text that fit into so many bytes; if some do not, the last says so. */
export function headOf(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const room = bytes - Buffer.byteLength(CUT);
  const head = Buffer.from(text).subarray(0, Math.max(0, room));
  const lines = head.subarray(0, head.lastIndexOf('\n') + 1).toString();
  return room < 0 ? '' : lines + CUT;
}

function attempt<T>(file: string, option: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new InputError(`${file}: cannot be written: ${(error as Error).message}; see ${option}`);
  }
}
