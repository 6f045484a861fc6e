/**
 * Modules of the user, loaded when a scenario names their exports and the command allows it. What
 * they export is called within steps, so it must be deterministic: the guard throws where it asks
 * the clock or draws, and state that a module keeps between two calls would differ from seed to
 * seed, which a repeated run brings to light.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

import { otherName } from '../kernel/did-you-mean.js';
import { guardLater } from '../kernel/guard.js';
import { JobError } from '../job/job-error.js';
import { nameOfCode, type CodeReference, type UserCode } from '../job/user-code.js';
import { textOfThrown } from '../job/user-function-error.js';
import { failuresHeard, listenForFailures, untilDone } from './failures.js';

/** What of the manifest of tsx says where its module for `import` is. */
type Manifest = Readonly<{ exports: { './esm/api': { import: { default: string } } } }>;
type Exports = Readonly<Record<string, unknown>>;

/**
 * Loads the exports that a scenario names.
 *
 * @param folder  where the scenario is; modules are relative to it
 * @param millis  longest time that a module may take until it is there, and done
 * @throws JobError for a module that is not there or cannot be loaded, or an export it lacks
 */
export async function loadCode(
  references: readonly CodeReference[],
  folder: string,
  millis = 20_000,
): Promise<UserCode> {
  const code = new Map<string, unknown>();
  guardLater();
  listenForFailures();
  for (const reference of references) {
    const exports = await inTime(reference, folder, millis);
    const [failure] = await failuresHeard(reference.module);
    if (failure !== undefined)
      throw new JobError(failure.by, `${failure.text}; wait for it with await, and catch it`);
    const value = exports[reference.export];
    if (value === undefined) {
      const remedy = otherName(reference.export, Object.keys(exports));
      throw new JobError(nameOfCode(reference), `there is no such export; ${remedy}`);
    }
    code.set(nameOfCode(reference), value);
  }
  return code;
}

/** Waits for a module; one that never comes, is never done, or ends the process, is told. */
async function inTime(reference: CodeReference, folder: string, millis: number): Promise<Exports> {
  const { module } = reference;
  const exit = Object.getOwnPropertyDescriptor(process, 'exit') ?? {};
  const end = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const fail = (what: string): void => reject(new JobError(module, what));
    const seconds = millis / 1_000;
    const what = `was not loaded and done within ${seconds} s: does it wait, or leave a timer?`;
    timer = setTimeout(() => fail(what), millis);
    process.exit = () => {
      fail('ended the process while it was loaded');
      throw new Error('ended the process while it was loaded');
    };
  });
  try {
    const exports = untilDone(module, end.signal, () => exportsOf(reference, folder));
    return await Promise.race([exports, late]);
  } finally {
    clearTimeout(timer);
    end.abort();
    Object.defineProperty(process, 'exit', exit);
  }
}

/** SHA-256 over the files that a scenario names; what these import is not in it. */
export function digestOfCode(references: readonly CodeReference[], folder: string): string {
  const hash = createHash('sha256');
  for (const { module } of references)
    hash.update(module + '\0').update(readFileSync(resolve(folder, module)));
  return hash.digest('hex');
}

async function exportsOf({ module }: CodeReference, folder: string): Promise<Exports> {
  if (!/^\.{1,2}\//.test(module))
    throw new JobError(module, 'a module is a path from the scenario, as in ./functions.js');
  const file = resolve(folder, module);
  if (!existsSync(file)) throw new JobError(module, 'there is no such file beside the scenario');
  const url = pathToFileURL(file).href;
  try {
    if (/\.[cm]?ts$/.test(file)) return await (await typeScriptImport(module, folder))(url);
    return (await import(url)) as Exports;
  } catch (error) {
    if (error instanceof JobError) throw error;
    const [first] = textOfThrown(error).split('\n');
    throw new JobError(module, `cannot be loaded: ${first ?? ''}`);
  }
}

/** The import of tsx, as the scenario's own project has it installed. */
async function typeScriptImport(
  module: string,
  folder: string,
): Promise<(url: string) => Promise<Exports>> {
  const parent = pathToFileURL(join(folder, 'scenario.yaml')).href;
  let manifest: string;
  try {
    manifest = createRequire(parent).resolve('tsx/package.json');
  } catch {
    throw new JobError(
      module,
      'TypeScript is loaded by tsx, which is not installed here: npm install --save-dev tsx',
    );
  }
  // Asked by `require`, its exports lead to another build, which cannot import.
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
  const api = resolve(dirname(manifest), exports['./esm/api'].import.default);
  const { tsImport } = (await import(pathToFileURL(api).href)) as {
    tsImport: (specifier: string, parent: string) => Promise<Exports>;
  };
  return (url) => tsImport(url, parent);
}
