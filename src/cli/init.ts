/**
 * The command `init`: a scenario to begin with, and what runs it. It writes over nothing: if a file
 * is in the way, it names all that are, and writes none.
 */
import { existsSync, lstatSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { InputError } from '../campaign/input-error.js';
import { calledAs, quoted, shownPath } from './folder.js';
import { readText } from './inputs.js';
import type { Args } from './options.js';
import { hint, print } from './output.js';
import { starterFiles, type StarterFile } from './starter.js';
import { fileOfPackage } from './version.js';

const IGNORED = 'flinch-out/';

/** Runs the command. */
export function initCommand(args: Args): void {
  const folder = typeof args['folder'] === 'string' ? args['folder'] : '.';
  const schema = fileOfPackage('scenarios/scenario.schema.json');
  const files = starterFiles(existsSync(schema) ? readFileSync(schema, 'utf8') : undefined);
  refuseThoseInTheWay(folder, files);
  const ignored = join(folder, '.gitignore');
  const before = existsSync(ignored) ? readText(ignored, 'it is needed as a file') : '';
  const isIgnored = /^\/?flinch-out\/?\r?$/m.test(before);
  const isDry = args['dry-run'] === true;
  if (!isDry) {
    for (const { path, text } of files) write(join(folder, path), text, 'wx');
    const end = before === '' || before.endsWith('\n') ? '' : '\n';
    if (!isIgnored) write(ignored, `${end}${IGNORED}\n`, 'a');
  }
  for (const { path } of files) print(`${shownPath(join(folder, path))}\n`);
  if (!isIgnored) print(`${shownPath(ignored)}: ${IGNORED}\n`);
  if (!isDry) hint(`now: ${calledAs()} run ${quoted(shownPath(join(folder, 'scenario.yaml')))}`);
}

function refuseThoseInTheWay(folder: string, files: readonly StarterFile[]): void {
  if (folder === '') throw new InputError('the folder is empty; name one, or none for this one');
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new InputError(`${folder}: is a file; name a folder`);
  const paths = files.map(({ path }) => join(folder, path));
  const inTheWay = paths.filter((path) => isThere(path)).map(shownPath);
  if (inTheWay.length > 0)
    throw new InputError(`${inTheWay.join(', ')}: in the way; nothing was written`);
}

/** A link that leads nowhere is there too. */
function isThere(path: string): boolean {
  return attempt(path, () => lstatSync(path, { throwIfNoEntry: false }) !== undefined);
}

function write(file: string, text: string, flag: 'wx' | 'a'): void {
  attempt(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag });
  });
}

function attempt<Value>(file: string, act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    throw new InputError(`${shownPath(file)}: cannot be written: ${(error as Error).message}`);
  }
}
