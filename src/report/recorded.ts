/** The verdict over a recorded history, as a document and as lines for people. */
import {
  shownName,
  type Example,
  type Examples,
  type RecordedVerdict,
} from '../check/recorded-history.js';
import type { SweepVerdict } from '../explore/sweep.js';

type CheckDocument = Readonly<{
  schemaVersion: 1;
  verdict: SweepVerdict;
  examples: Examples;
}> &
  Pick<RecordedVerdict, 'guarantee' | 'records' | 'lost' | 'doubled' | 'unexpected'>;

/** The document of `check`. */
export function checkDocument(
  { guarantee, records, lost, doubled, unexpected }: RecordedVerdict,
  verdict: SweepVerdict,
  examples: Examples,
): CheckDocument {
  return {
    schemaVersion: 1,
    guarantee,
    verdict,
    records,
    lost,
    doubled,
    unexpected,
    examples,
  };
}

/** What was judged and found, below the line of the verdict. */
export function checkText(judged: RecordedVerdict, examples: Examples): string {
  const { records, visible, hidden, lost, doubled, unexpected, lines, note } = judged;
  const found = `${lost} lost, ${doubled} doubled, ${unexpected} unexpected`;
  const text = [
    ...(note === '' ? [] : [note]),
    `${counted(records, 'record')}, ${counted(visible, 'visible row')}: ${found}`,
  ];
  if (hidden > 0) text.push(`${counted(hidden, 'row')} of transactions without a commit`);
  const beside = [counted(lines.checkpoint, 'checkpoint'), counted(lines.fault, 'fault')];
  if (lines.checkpoint + lines.fault > 0) text.push(`${beside.join(', ')} told`);
  for (const finding of ['lost', 'doubled', 'unexpected'] as const) {
    const shown = examples[finding];
    text.push(...shown.map((example) => exampleLine(finding, example)));
    if (shown.length < judged[finding])
      text.push(`${finding}: ${judged[finding] - shown.length} more`);
  }
  return text.map((line) => `${line}\n`).join('');
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function exampleLine(finding: keyof Examples, example: Example): string {
  const { id, due, visible, sourceLines, sinkLines, fault, checkpoint } = example;
  const when = finding === 'lost' ? 'next' : 'last';
  const parts = [
    `${finding}: ${shownName(id)}, due ${due}, visible ${visible}`,
    ...linesText('read', sourceLines, due),
    ...linesText('visible', sinkLines, visible),
    ...(fault ? [`${when} fault on line ${fault.line}, ${shownName(fault.fault)}`] : []),
    ...(checkpoint
      ? [`${when} checkpoint on line ${checkpoint.line}, ${shownName(checkpoint.checkpoint)}`]
      : []),
  ];
  return parts.join('; ');
}

/** A source line may be told again, so there may be more lines than are due, but not fewer. */
function linesText(word: string, lines: readonly number[], count: number): string[] {
  if (lines.length === 0) return [];
  const more = count > lines.length ? ', ...' : '';
  return [`${word} on line${lines.length === 1 ? '' : 's'} ${lines.join(', ')}${more}`];
}
