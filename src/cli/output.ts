/** Where texts go: results to stdout, everything else to stderr. */
import process from 'node:process';
import { styleText } from 'node:util';

import type { SweepVerdict } from '../explore/sweep.js';

/** A part of the result. */
export function print(text: string): void {
  process.stdout.write(text);
}

/** A line beside the result. */
export function hint(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The verdict in capitals, coloured where a person sees it. */
export function painted(verdict: SweepVerdict): string {
  const colour = verdict === 'holds' ? 'green' : verdict === 'inconclusive' ? 'yellow' : 'red';
  return styleText(colour, verdict.toUpperCase(), { stream: process.stdout });
}

/** The verdict and what was judged. */
export function verdictLine(verdict: SweepVerdict, subject: string): string {
  return `${painted(verdict)}  ${subject}\n`;
}
