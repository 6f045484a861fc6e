/**
 * The files of a job's sinks, as two-phase-commit judges them: a file is closed, then finished when
 * the checkpoint that it belongs to can never be rolled back. Which that is nobody says in words:
 * the first whose snapshot the writer's subtask took after the file was closed.
 *
 * A sink that ends a file after so many rows finishes none with more; one that ends its file at
 * each checkpoint has none to open again after a restore.
 *
 * A file that is opened again, by a later attempt, belongs to none until it is closed again; what
 * there is to stay must not be opened.
 */
import { detailOf, type Entry } from '../history/entry.js';
import { subtaskName, type JobGraph } from '../job/job-graph.js';
import { convict, convictAtEnd, type Case } from './case.js';
import { checkpointName } from './pointers.js';
import { lossOf, restoredName, type Restore } from './rollback.js';
import type { RunEnd } from './verdict.js';

type File = {
  readonly name: string;
  /** Name of the task that its writer runs in. */
  readonly task: string;
  state: 'open' | 'closed' | 'finished';
  /** The attempt that opened or closed it last, and the checkpoint that it belongs to; -1: none. */
  attempt: number;
  checkpoint: number;
  last: Entry;
};

export type FileBooks = Readonly<{
  /** By directory: most rows of a file. */
  directories: ReadonlyMap<string, number>;
  /** Writers that end a file at each checkpoint. */
  rolling: ReadonlySet<string>;
  /** By writer: the task that it runs in. */
  tasks: ReadonlyMap<string, string>;
  files: Map<string, File>;
  /** Files that were closed and stand in no snapshot yet. */
  fresh: Set<File>;
}>;

/** What else is known of the run. */
export type Past = Readonly<{
  open: Case;
  restores: readonly Restore[];
  /** The newest completed checkpoint. */
  newest: number;
}>;

/** Kinds of entries that files are judged from, besides those of transactions. */
export const fileKinds: readonly string[] = ['fileClosed', 'fileReopened', 'witnessTaken'];

/** The books of a job's files; undefined if it writes none. */
export function fileBooksOf({ vertices }: JobGraph): FileBooks | undefined {
  const directories = new Map<string, number>();
  const rolling = new Set<string>();
  const tasks = new Map<string, string>();
  for (const { id, parallelism, operators } of vertices)
    for (const { uid, operator } of operators) {
      if (operator.kind !== 'fileSink') continue;
      directories.set(operator.directory, operator.rollRows ?? Infinity);
      for (let index = 0; index < parallelism; index += 1) {
        tasks.set(subtaskName(uid, index), subtaskName(id, index));
        if (operator.rollOnCheckpoint) rolling.add(subtaskName(uid, index));
      }
    }
  if (directories.size === 0) return undefined;
  return { directories, rolling, tasks, files: new Map(), fresh: new Set() };
}

/** An entry of `fileKinds`, or a finished file; false if it is none of these. */
export function seeFile(books: FileBooks, past: Past, entry: Entry, index: number): boolean {
  switch (entry.kind) {
    case 'fileClosed':
      close(books, entry);
      return true;
    case 'fileReopened':
      reopen(books, past, entry, index);
      return true;
    case 'witnessTaken':
      cover(books, entry);
      return true;
    case 'rowsVisible':
      if (!books.directories.has(entry.about)) return false;
      finish(books, past, entry, index);
      return true;
    default:
      return false;
  }
}

function close({ files, fresh, tasks }: FileBooks, entry: Entry): void {
  const { writer, attempt } = detailOf(entry, 'fileClosed');
  const task = tasks.get(writer) ?? '';
  const name = entry.about;
  const file: File = { name, task, state: 'closed', attempt, checkpoint: -1, last: entry };
  const before = files.get(name);
  if (before !== undefined) fresh.delete(before);
  files.set(name, file);
  fresh.add(file);
}

/** A snapshot was taken: it holds what its subtask has closed by now. */
function cover({ fresh }: FileBooks, entry: Entry): void {
  const { attempt } = detailOf(entry, 'witnessTaken');
  for (const file of fresh) {
    if (file.task !== entry.about || file.attempt !== attempt) continue;
    file.checkpoint = entry.subject;
    fresh.delete(file);
  }
}

function reopen(books: FileBooks, past: Past, entry: Entry, index: number): void {
  const { attempt, writer } = detailOf(entry, 'fileReopened');
  if (books.rolling.has(writer)) {
    const message = `${entry.about} is opened again, and ${writer} ends it at each checkpoint`;
    convict(past.open, entry, index, message, [entry.about, writer]);
    return;
  }
  const file = books.files.get(entry.about);
  if (file === undefined) return; // it was in progress, as it is now
  past.open.judged += 1;
  if (isSafe(file, past)) {
    const id = checkpointName(file.checkpoint);
    const message = `${file.name} is opened again, though ${id} that it belongs to has completed`;
    convict(past.open, entry, index, message, [file.name, id], [file.last]);
  }
  books.fresh.delete(file);
  Object.assign(file, { state: 'open', attempt, checkpoint: -1, last: entry });
}

function isSafe(file: File, { restores, newest }: Past): boolean {
  const { checkpoint } = file;
  return checkpoint >= 0 && checkpoint <= newest && lossOf(restores, file) === undefined;
}

function finish(books: FileBooks, past: Past, entry: Entry, index: number): void {
  const { files, directories } = books;
  const { open: law, restores, newest } = past;
  const name = detailOf(entry, 'rowsVisible').transaction;
  const file = files.get(name);
  law.judged += 1;
  if (file?.state !== 'closed') {
    const why = file?.state === 'finished' ? 'a second time' : 'and was not closed';
    convict(law, entry, index, `${name} is finished ${why}`, [name], [file?.last]);
    return;
  }
  const most = directories.get(entry.about) ?? Infinity;
  if (entry.subject > most) {
    const rows = `${String(entry.subject)} rows, and ends after ${String(most)}`;
    convict(law, entry, index, `${name} is finished with ${rows}`, [name], [file.last]);
    return;
  }
  const { last, checkpoint } = file;
  const id = checkpointName(checkpoint);
  const lost = lossOf(restores, file);
  if (checkpoint < 0)
    convict(law, entry, index, `${name} is finished, and no snapshot holds it`, [name], [last]);
  else if (lost !== undefined) {
    const by = `attempt ${String(lost.attempt)} restored ${restoredName(lost)}`;
    const message = `${name} is finished, and ${id} that it belongs to is lost: ${by}`;
    convict(law, entry, index, message, [name, id], [last, lost.entry]);
  } else if (newest < checkpoint) {
    const message = `${name} is finished, and ${id} has not completed`;
    convict(law, entry, index, message, [name, id], [last]);
  }
  file.state = 'finished';
  file.last = entry;
}

/** A job that has finished leaves nothing closed that is there to stay. */
export function closeFiles({ files }: FileBooks, past: Past, end: RunEnd): void {
  for (const file of files.values()) {
    if (file.state !== 'closed' || !isSafe(file, past)) continue;
    const id = checkpointName(file.checkpoint);
    const message = `${file.name} is closed for ${id} and not finished, and the job has finished`;
    convictAtEnd(past.open, end, message, [file.name, id], [file.last]);
  }
}
