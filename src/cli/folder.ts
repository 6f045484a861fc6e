/**
 * The folder of one failure: everything that is needed to look at it and to run it again. It is
 * written under another name and renamed when it is whole, so nobody meets half of one.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import process from 'node:process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import { InputError } from '../campaign/input-error.js';
import type { Recording } from '../campaign/runner.js';
import type { SweepVerdict } from '../explore/sweep.js';
import { lineOf } from '../history/codec.js';
import type { Entry } from '../history/entry.js';
import { configurationFile, shortLog } from '../report/report.js';
import type { Plan } from '../run/plan.js';
import { codeOf, type Scenario } from '../run/scenario.js';
import type { PlanFile } from './plan-file.js';

/** The name of a seed's folder, the same for the same scenario, seed and mutant. */
export function folderName(scenario: string, seed: string, mutant: string | undefined): string {
  const suffix = mutant === undefined ? '' : `-${safe(mutant)}`;
  return `${scenario}-seed-${safe(seed)}${suffix}`;
}

/** The name of the folder of a plan of the corpus, from the name of its file. */
export function corpusFolderName(file: string, mutant: string | undefined): string {
  const suffix = mutant === undefined ? '' : `-${safe(mutant)}`;
  return `corpus-${safe(file.replace(/\.json$/, ''))}${suffix}`;
}

/** A text as part of a file name; where that loses something, a digest keeps texts apart. */
function safe(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9._-]/g, '_');
  if (plain === text) return text;
  return `${plain}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

/** A path as it is shown: relative to the current directory, with forward slashes. */
export function shownPath(path: string): string {
  return slashed(relative('.', path) || '.');
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}

/** The line that replays a folder, ready to be copied into a shell. */
export function replayLine(folder: string, { job }: Scenario): string {
  const flag = codeOf(job).length === 0 ? '' : ' --allow-code';
  return `${calledAs()} replay ${quoted(shownPath(folder))}${flag}`;
}

/** How this command was called: by its name, or as a file that Node was given. */
export function calledAs(): string {
  const file = process.argv[1] ?? 'flinch';
  return basename(file).startsWith('flinch.') ? `node ${quoted(shownPath(file))}` : 'flinch';
}

/** An argument as a shell reads it. */
export function quoted(argument: string): string {
  return /^[\w./:@%+=,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** What a folder holds besides its recording. */
export type FolderFacts = Readonly<{
  recording: Recording;
  verdict: SweepVerdict;
  /** The plan file's other fields; folders of data and code by their paths. */
  about: Omit<PlanFile, 'plan'>;
}>;

/**
 * Writes the folder of one failure; an older one of that name gives way.
 *
 * @throws InputError when it cannot be written
 */
export async function writeFolder(folder: string, facts: FolderFacts): Promise<void> {
  const whole = resolve(folder);
  const part = `${whole}.part`;
  try {
    await rm(part, { recursive: true, force: true });
    await mkdir(part, { recursive: true });
    await fill(part, whole, facts);
    await rm(whole, { recursive: true, force: true });
    await rename(part, whole);
  } catch (error) {
    const { message } = error as Error;
    throw new InputError(`${shownPath(folder)}: cannot be written: ${message}; see --out`);
  }
}

async function fill(part: string, whole: string, facts: FolderFacts): Promise<void> {
  const { recording, verdict, about } = facts;
  const { plan, fingerprint, error, entries } = recording;
  const verdicts = recording.verdicts.map(({ violation, ...said }) => ({
    ...said,
    violation:
      violation === undefined ? null : { ...violation, proof: violation.proof.map(plainOf) },
  }));
  const judged = { schemaVersion: 1, seed: plan.seed, verdict, fingerprint, error, laws: verdicts };
  await writeFile(join(part, 'plan.json'), planFileText(about, plan, whole));
  await writeFile(join(part, 'verdict.json'), jsonText(judged));
  await writeFile(join(part, 'configuration.yaml'), configurationFile(plan.scenario));
  await writeFile(join(part, 'replay.txt'), `${replayLine(whole, plan.scenario)}\n`);
  await writeLines(entries.values(), (entry) => lineOf(entry), join(part, 'history.jsonl.gz'));
  await writeLines(shortLog(entries), (line) => line, join(part, 'short.log'));
}

/**
 * The text of a plan file.
 *
 * @param folder  where the file will be: those of data and code are named as seen from there
 */
export function planFileText(about: FolderFacts['about'], plan: Plan, folder: string): string {
  const { data, code, ...rest } = about;
  const seen = (path: string): string => slashed(relative(resolve(folder), resolve(path))) || '.';
  const planFile: PlanFile = {
    ...rest,
    data: { ...data, folder: seen(data.folder) },
    code: code && { ...code, folder: seen(code.folder) },
    plan,
  };
  return jsonText(planFile);
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** An entry as JSON holds it, its bytes as the history writes them. */
function plainOf(entry: Entry): unknown {
  return JSON.parse(lineOf(entry));
}

const LINES_PER_BLOCK = 500;

async function writeLines<T>(
  items: Iterable<T>,
  textOf: (item: T) => string,
  file: string,
): Promise<void> {
  const blocks = Readable.from(blocksOf(items, textOf));
  const out = createWriteStream(file);
  await (file.endsWith('.gz') ? pipeline(blocks, createGzip(), out) : pipeline(blocks, out));
}

function* blocksOf<T>(items: Iterable<T>, textOf: (item: T) => string): Generator<string> {
  let lines: string[] = [];
  for (const item of items) {
    lines.push(`${textOf(item)}\n`);
    if (lines.length < LINES_PER_BLOCK) continue;
    yield lines.join('');
    lines = [];
  }
  yield lines.join('');
}
