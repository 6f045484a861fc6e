/**
 * The command `check`: what another system recorded, judged by the guarantee that it gives. The
 * file is read once to judge it, and once more for examples if there is anything to show.
 */
import process from 'node:process';

import { InputError } from '../campaign/input-error.js';
import {
  examplesIn,
  guarantees,
  openRecorded,
  type Examples,
  type Guarantee,
  type RecordedVerdict,
  type Told,
} from '../check/recorded-history.js';
import { exitOfVerdict, type SweepVerdict } from '../explore/sweep.js';
import { checkDocument, checkText } from '../report/report.js';
import { nearestOf } from '../kernel/did-you-mean.js';
import { toldIn } from './history-form.js';
import { readLines } from './line-file.js';
import { textOf, type Args } from './options.js';
import { hint, print, verdictLine } from './output.js';

/** Runs the command; sets the exit code. */
export async function checkCommand(args: Args): Promise<void> {
  const file = String(args['history']);
  const guarantee = guaranteeOf(textOf(args, 'guarantee') ?? '');
  const { judged, examples } = await judgeFile(file, guarantee);
  const verdict = judged.outcome === 'unknown' ? 'inconclusive' : judged.outcome;
  tell(file, verdict, judged, examples, args['json'] === true);
  process.exitCode = exitOfVerdict[verdict];
}

/** A file, judged. */
export type JudgedFile = Readonly<{ judged: RecordedVerdict; examples: Examples }>;

/**
 * Judges the history that a file holds.
 *
 * @throws InputError that names the file, the line and what is wrong there
 */
export async function judgeFile(file: string, guarantee: Guarantee): Promise<JudgedFile> {
  const checker = openRecorded(guarantee);
  await readHistory(file, (told, line) => {
    const contradiction = checker.see(told);
    if (contradiction !== undefined)
      throw new InputError(`${file}:${String(line)}: ${contradiction}`);
  });
  const judged = checker.close();
  const search = examplesIn(checker.ledger);
  if (judged.lost + judged.doubled + judged.unexpected > 0)
    await readHistory(file, (told, line) => search.see(told, line));
  return { judged, examples: search.close() };
}

function readHistory(file: string, onTold: (told: Told, line: number) => void): Promise<void> {
  return readLines(file, 'name a recorded history (JSON Lines)', (line, number) =>
    onTold(toldIn(line, `${file}:${String(number)}`), number),
  );
}

function guaranteeOf(text: string): Guarantee {
  const known = guarantees.find((guarantee) => guarantee === text);
  if (known !== undefined) return known;
  const nearest = nearestOf(text, guarantees);
  const right =
    nearest === undefined ? `write ${guarantees.join(' or ')}` : `did you mean ${nearest}?`;
  throw new InputError(`--guarantee ${text}: is not known; ${right}`);
}

function tell(
  file: string,
  verdict: SweepVerdict,
  judged: RecordedVerdict,
  examples: Examples,
  json: boolean,
): void {
  if (!json) {
    print(verdictLine(verdict, `${file}, ${judged.guarantee}`) + checkText(judged, examples));
    return;
  }
  print(`${JSON.stringify(checkDocument(judged, verdict, examples), null, 2)}\n`);
  if (judged.note !== '') hint(judged.note);
}
