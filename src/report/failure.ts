/**
 * One failure, told on one screen: the law that was broken, what touched the broken thing last,
 * what proves it, which faults had struck, and the line that replays it.
 */
import type { Verdict } from '../check/verdict.js';
import { describeFault, durationOf, type Fault } from '../faults/fault.js';
import { detailOf, type Entry } from '../history/entry.js';
import { meaningOfMoment } from '../history/moment.js';
import { readRow, type RowType } from '../job/row.js';
import type { Words } from '../kernel/actor.js';
import type { Plan } from '../run/plan.js';
import { isFrequent, lineOfMoment, secondsText } from './lines.js';

export type FailureFacts = Readonly<{
  plan: Plan;
  /** A verdict that is violated. */
  verdict: Verdict;
  /** All entries of the run. */
  entries: readonly Entry[];
  /** Type of the rows that the job writes. */
  output: RowType;
  /** The line that replays it. */
  replay: string;
}>;

const MOMENTS_MAX = 12;

/** The report of one failure; ends with a line break. */
export function failureReport({ plan, verdict, entries, output, replay }: FailureFacts): string {
  const { violation } = verdict;
  if (violation === undefined) return '';
  const { at, message, about, proof } = violation;
  const moments = momentsBefore(entries, at, about, output);
  const sections = [
    [`${verdict.law} is violated in seed ${plan.seed} at ${secondsText(at)}`, `  ${message}`],
    headed(
      about.length === 0 ? 'the last moments' : `about ${about.join(', ')}`,
      moments.map(lineOfMoment),
    ),
    headed('what proves it', proof.map(lineOfMoment)),
    headed('faults of the plan', faultLines(plan.faults, entries)),
    headed('replay', [`  ${replay}`]),
  ];
  return sections.flatMap((lines) => [...lines, '']).join('\n');
}

function headed(title: string, lines: readonly string[]): string[] {
  return [`${title}:`, ...(lines.length === 0 ? ['  none'] : lines)];
}

/**
 * The last moments until then that touch one of the things; of all moments, if none does.
 *
 * @param output  type of the rows that the job writes, to find records in them
 */
function momentsBefore(
  entries: readonly Entry[],
  at: number,
  about: readonly string[],
  output: RowType,
): readonly Entry[] {
  const before = entries.filter((entry) => entry.at <= at && !isFrequent(entry));
  const wanted = new Set(about);
  const touching = before.filter((entry) => touches(entry, wanted, output));
  return (touching.length === 0 ? before : touching).slice(-MOMENTS_MAX);
}

/** Whether a moment speaks of one of the channels, transactions, checkpoints, subtasks, records. */
function touches(
  { kind, subject, about, detail }: Entry,
  wanted: ReadonlySet<string>,
  output: RowType,
): boolean {
  if (wanted.has(about)) return true;
  const checkpointIsSubject = meaningOfMoment(kind)?.startsWith('subject: checkpoint') === true;
  if (checkpointIsSubject && wanted.has(`checkpoint ${subject}`)) return true;
  const fields = (detail ?? {}) as Readonly<Record<string, unknown>>;
  const { channel, transaction, checkpoint, words } = fields;
  if (kind === 'rowsVisible' && words instanceof Int32Array) {
    const records = recordsIn(words, output);
    if (records.some((record) => wanted.has(`record ${record}`))) return true;
  }
  return (
    (typeof channel === 'string' && wanted.has(channel)) ||
    (typeof transaction === 'string' && wanted.has(transaction)) ||
    (typeof checkpoint === 'number' && wanted.has(`checkpoint ${checkpoint}`))
  );
}

/** The ids of the records in a block of rows. */
function recordsIn(words: Words, type: RowType): readonly number[] {
  const field = type.findIndex(({ name }) => name === 'record');
  const records: number[] = [];
  for (let at = 0; at < words.length && field !== -1; at += 1 + (words[at] ?? 0))
    records.push(Number(readRow(type, words, at + 1)[field]));
  return records;
}

/** Each fault in words, whom it struck, and when it began. */
function faultLines(faults: readonly Fault[], entries: readonly Entry[]): string[] {
  return faults.map((fault, index) => {
    const began = entries.filter(({ kind, subject }) => kind === 'faultBegan' && subject === index);
    const [first] = began;
    const what =
      first === undefined ? describeFault(fault.what) : detailOf(first, 'faultBegan').fault;
    const times = began.map(({ at }) => secondsText(at)).join(', ');
    const when = times === '' ? 'did not begin' : `began at ${times}`;
    return `  ${index}  ${what}${lengthText(fault)}${aimText(fault)}: ${when}`;
  });
}

function lengthText({ what }: Fault): string {
  const duration = durationOf(what);
  if (duration === 0) return '';
  return what.kind === 'crash'
    ? `, back after ${secondsText(duration)}`
    : `, for ${secondsText(duration)}`;
}

function aimText({ when }: Fault): string {
  if ('at' in when) return '';
  const { moment, occurrence, process, about } = when.aim;
  const who = process === undefined ? '' : ` by ${process}`;
  const what = about === undefined ? '' : ` about ${about}`;
  const after = when.after === 0 ? '' : `, ${when.after} us after it`;
  return `, aimed at "${moment}" no. ${occurrence}${who}${what}${after}`;
}
