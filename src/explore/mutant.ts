/**
 * Mutants: deliberate bugs as diffs. A mutant is a header (what it is, which law finds it) over a
 * unified diff of one source file. It is applied in memory, that one file is transpiled, and a
 * module hook gives it to the workers of a campaign in place of the built one: the engine carries
 * no seam, no flag and no table for the sake of its mutants.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parsePatch, type StructuredPatch } from 'diff';
import { otherName } from '../kernel/did-you-mean.js';
import { lawNames, type LawName } from '../check/suite.js';

/** What a mutant's header says. */
export type MutantHeader = Readonly<{
  /** Name of the file, without its ending. */
  id: string;
  /** Ticket that it stands for, or the rule that it breaks. */
  ticket: string;
  mechanism: string;
  law: LawName;
  /** What must happen for it to show. */
  trigger: string;
  /** Name of the scenario in which it is hunted; the small job, unless told. */
  scenario: string;
  /** Seeds of it within which proof demands that it is found. */
  seeds: number;
}>;

export type Mutant = Readonly<{ header: MutantHeader; patch: StructuredPatch }>;

/** A mutant ready for workers: a module to import first, and what it reads from the environment. */
export type LoadedMutant = Readonly<{ id: string; register: string; data: string }>;

/** A mutant that cannot be used, and why; the message names its file. */
export class MutantError extends Error {
  constructor(file: string, message: string) {
    super(file + ': ' + message);
    this.name = 'MutantError';
  }
}

export { MUTANT_VARIABLE } from './mutant-hooks.js';

const CHANGED_LINES_MAX = 20;
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const zoo = join(root, 'src', 'zoo');

/** Ids of the mutants in a folder, sorted. */
export function mutantIds(folder: string = zoo): string[] {
  if (!existsSync(folder)) throw new MutantError(folder, 'no such folder of mutants');
  const files = readdirSync(folder).filter((name) => name.endsWith('.patch'));
  return files.map((name) => name.slice(0, -'.patch'.length)).sort();
}

/**
 * Reads a mutant.
 *
 * @throws MutantError when there is none, its header lacks a field, or its diff is not of one file
 */
export function readMutant(id: string, folder: string = zoo): Mutant {
  const file = join(folder, id + '.patch');
  if (!existsSync(file))
    throw new MutantError(id, 'no such mutant; ' + otherName(id, mutantIds(folder)));
  const text = readFileSync(file, 'utf8');
  const start = text.search(/^--- /m);
  if (start < 0) throw new MutantError(file, 'holds no diff');
  const header = headerOf(id, file, text.slice(0, start));
  const [patch, ...others] = patchesOf(file, text.slice(start));
  if (patch === undefined || others.length > 0)
    throw new MutantError(file, 'must change exactly one file');
  const changed = patch.hunks.flatMap(({ lines }) => lines).filter((line) => /^[+-]/.test(line));
  if (changed.length > CHANGED_LINES_MAX)
    throw new MutantError(file, 'changes ' + String(changed.length) + ' lines, at most 20');
  return { header, patch };
}

function patchesOf(file: string, text: string): StructuredPatch[] {
  try {
    return parsePatch(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MutantError(file, 'its diff cannot be read: ' + why);
  }
}

function headerOf(id: string, file: string, text: string): MutantHeader {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^([a-z]+): (.+)$/.exec(line.trim()) ?? [];
    if (key !== undefined && value !== undefined) fields.set(key, value);
  }
  const field = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw new MutantError(file, 'the header lacks "' + name + ': ..."');
    return value;
  };
  const law = lawNames.find((name) => name === field('law'));
  if (law === undefined)
    throw new MutantError(
      file,
      `no such law: ${field('law')}; ${otherName(field('law'), lawNames)}`,
    );
  const seeds = Number(field('seeds'));
  if (!Number.isInteger(seeds) || seeds < 1)
    throw new MutantError(file, 'seeds must be a whole number');
  const [ticket, mechanism, trigger] = [field('ticket'), field('mechanism'), field('trigger')];
  const scenario = fields.get('scenario') ?? 'small';
  if (!existsSync(join(root, 'scenarios', scenario + '.yaml')))
    throw new MutantError(file, 'no such scenario of the package: ' + scenario);
  return { id, ticket, mechanism, law, trigger, scenario, seeds };
}

/**
 * The source of the mutated file.
 *
 * @throws MutantError when the diff does not apply exactly where it says
 */
export function mutatedSource(mutant: Mutant): Readonly<{ file: string; source: string }> {
  const file = (mutant.patch.oldFileName ?? '').replace(/^a\//, '');
  const path = join(root, file);
  if (!/^src\/[a-z0-9/-]+\.ts$/.test(file) || !existsSync(path))
    throw new MutantError(mutant.header.id, 'names no source file: ' + file);
  const lines = readFileSync(path, 'utf8').split('\n');
  let shift = 0;
  for (const hunk of mutant.patch.hunks) {
    const before = hunk.lines.filter((line) => /^[ -]/.test(line)).map((line) => line.slice(1));
    const after = hunk.lines.filter((line) => /^[ +]/.test(line)).map((line) => line.slice(1));
    const at = hunk.oldStart - 1 + shift;
    const isThere = before.every((line, index) => lines[at + index] === line);
    if (!isThere)
      throw new MutantError(
        mutant.header.id,
        'its diff does not apply to ' + file + ' at line ' + String(hunk.oldStart),
      );
    lines.splice(at, before.length, ...after);
    shift += after.length - before.length;
  }
  return { file, source: lines.join('\n') };
}

/**
 * A mutant ready for workers.
 *
 * @throws MutantError also when the optional package `typescript` is missing
 */
export async function mutantOf(id: string, folder: string = zoo): Promise<LoadedMutant> {
  const mutant = readMutant(id, folder);
  const { file, source } = mutatedSource(mutant);
  const built = join(here, '..', file.slice('src/'.length).replace(/\.ts$/, '.js'));
  const url = pathToFileURL(built).href;
  const data = JSON.stringify({ url, source: await transpiled(id, source) });
  return { id, register: new URL('./mutant-register.js', import.meta.url).href, data };
}

async function transpiled(id: string, source: string): Promise<string> {
  const typescript = await import('typescript').catch(() => {
    throw new MutantError(id, 'mutants need the package typescript: npm install typescript@6.0.3');
  });
  const { transpileModule, ModuleKind, ScriptTarget } = typescript.default;
  const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2023 };
  const options = { compilerOptions, reportDiagnostics: true };
  const { outputText, diagnostics = [] } = transpileModule(source, options);
  if (diagnostics.length > 0) throw new MutantError(id, 'its diff makes no valid TypeScript');
  return outputText;
}
