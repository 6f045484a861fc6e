/**
 * Mutants: the zoo of the package is sound, and whatever is wrong with a mutant of somebody's own
 * is an error that names its file.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { applyPatch, createTwoFilesPatch } from 'diff';
import ts from 'typescript';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';

import { lawNames } from '../../src/check/suite.js';
import {
  MutantError,
  mutantIds,
  mutantOf,
  mutatedSource,
  readMutant,
} from '../../src/explore/mutant.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'flinch-mutants-'));

afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
});

/** A name that a mutant left without use. */
const UNUSED = 6133;

/** The sources of the package, but for those that `versions` holds. */
function hostOf(versions: ReadonlyMap<string, string>): ts.LanguageServiceHost {
  const read = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  const { options, fileNames } = ts.parseJsonConfigFileContent(read.config, ts.sys, root);
  const textOf = (file: string) => versions.get(file) ?? ts.sys.readFile(file);
  return {
    getCompilationSettings: () => options,
    getScriptFileNames: () => fileNames,
    getScriptVersion: (file) => versions.get(file) ?? '',
    getScriptSnapshot: (file) => {
      const text = textOf(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: (own) => ts.getDefaultLibFilePath(own),
    fileExists: (file) => ts.sys.fileExists(file),
    readFile: (file) => ts.sys.readFile(file),
  };
}

const header = [
  'ticket: rule: none',
  'mechanism: a line is added',
  'law: progress',
  'trigger: none',
  'seeds: 20',
];

const target = 'src/kernel/ids.ts';
const original = readFileSync(join(root, target), 'utf8').split('\n');

/** A diff of the target, or of what is said to be another file. */
function diffOf(lines: readonly string[], file = target): string {
  const [before, after] = [original.join('\n'), lines.join('\n')];
  return createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after).replace(/^=+\n/, '');
}

/** The target with lines put in before this one, counted from 0. */
function withLines(at: number, ...added: readonly string[]): string[] {
  return [...original.slice(0, at), ...added, ...original.slice(at)];
}

const good = diffOf(withLines(5, '// added'));

function write(diff: string, lines: readonly string[] = header): string {
  writeFileSync(join(folder, 'mine.patch'), `${lines.join('\n')}\n${diff}`);
  return 'mine';
}

/** What stands in the message of the error that a mutant gives. */
function complaint(use: () => unknown): string {
  try {
    use();
  } catch (error) {
    if (error instanceof MutantError) return error.message;
    throw error;
  }
  return 'no complaint';
}

describe('the zoo', () => {
  const ids = mutantIds();

  test('has mutants, in order', () => {
    expect(ids.length).toBeGreaterThanOrEqual(10);
    expect(ids).toEqual([...ids].sort());
  });

  test.each(ids)('%s reads, and applies exactly to one file', (id) => {
    const mutant = readMutant(id);
    expect(mutant.header.id).toBe(id);
    expect(lawNames).toContain(mutant.header.law);
    const changed = mutant.patch.hunks
      .flatMap(({ lines }) => lines)
      .filter((line) => line.startsWith('+') || line.startsWith('-'));
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.length).toBeLessThanOrEqual(20);
    const { file, source } = mutatedSource(mutant);
    const unchanged = readFileSync(join(root, file), 'utf8');
    expect(source).not.toBe(unchanged);
    expect(source).toBe(applyPatch(unchanged, mutant.patch, { fuzzFactor: 0 }));
    const { diagnostics } = ts.transpileModule(source, { reportDiagnostics: true });
    expect(diagnostics).toEqual([]);
  });

  test('each is of sound types, so what it breaks is what it says', () => {
    const versions = new Map<string, string>();
    const service = ts.createLanguageService(hostOf(versions));
    const wrong = ids.flatMap((id) => {
      const { file, source } = mutatedSource(readMutant(id));
      const path = join(root, file);
      versions.set(path, source);
      const found = service.getSemanticDiagnostics(path).filter(({ code }) => code !== UNUSED);
      versions.delete(path);
      return found.map(
        ({ messageText }) => `${id}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      );
    });
    expect(wrong).toEqual([]);
  });

  test('no two mutants make the same change', () => {
    const sources = ids.map((id) => mutatedSource(readMutant(id)).source);
    expect(new Set(sources).size).toBe(ids.length);
  });
});

describe('reading', () => {
  test('the header says what a mutant is', () => {
    write(good);
    expect(mutantIds(folder)).toEqual(['mine']);
    expect(readMutant('mine', folder).header).toEqual({
      id: 'mine',
      ticket: 'rule: none',
      mechanism: 'a line is added',
      law: 'progress',
      trigger: 'none',
      scenario: 'small',
      seeds: 20,
    });
  });

  test('an unknown id is told with those that are known', () => {
    const ids = mutantIds();
    const known = `${ids.slice(0, 30).join(', ')} and ${ids.length - 30} more`;
    expect(complaint(() => readMutant('elephant'))).toBe(
      `elephant: no such mutant; there are ${known}`,
    );
  });

  test('a folder without mutants has none, and a folder that is none is an error', () => {
    writeFileSync(join(folder, 'notes.txt'), '');
    expect(mutantIds(folder)).toEqual([]);
    expect(complaint(() => readMutant('mine', folder))).toMatch(/^mine: no such mutant/);
    const nowhere = join(folder, 'nowhere');
    expect(complaint(() => mutantIds(nowhere))).toBe(`${nowhere}: no such folder of mutants`);
  });

  test('a mutant may be hunted in another scenario of the package', () => {
    write(good, [...header, 'scenario: word-count']);
    expect(readMutant('mine', folder).header.scenario).toBe('word-count');
    write(good, [...header, 'scenario: none']);
    expect(() => readMutant('mine', folder)).toThrow('no such scenario of the package: none');
  });

  test.each(['ticket', 'mechanism', 'law', 'trigger', 'seeds'])('a header needs "%s"', (field) => {
    const lines = header.filter((line) => !line.startsWith(`${field}: `));
    expect(complaint(() => readMutant(write(good, lines), folder))).toBe(
      `${join(folder, 'mine.patch')}: the header lacks "${field}: ..."`,
    );
  });

  test.each([
    ['law: progress', 'law: gravity', 'no such law: gravity'],
    ['seeds: 20', 'seeds: 0', 'seeds must be a whole number'],
    ['seeds: 20', 'seeds: 1.5', 'seeds must be a whole number'],
    ['seeds: 20', 'seeds: many', 'seeds must be a whole number'],
  ])('not "%s" but "%s" is an error', (right, wrong, message) => {
    const lines = header.map((line) => (line === right ? wrong : line));
    expect(complaint(() => readMutant(write(good, lines), folder))).toContain(
      `mine.patch: ${message}`,
    );
  });

  test('a mutant is one diff of one file', () => {
    const place = `${join(folder, 'mine.patch')}: `;
    const other = diffOf(withLines(5, '// other'), 'src/kernel/time.ts');
    expect(complaint(() => readMutant(write(''), folder))).toBe(`${place}holds no diff`);
    expect(complaint(() => readMutant(write(good + other), folder))).toBe(
      `${place}must change exactly one file`,
    );
  });

  test('20 lines may change, and no more', () => {
    const lines = (count: number) => Array.from({ length: count }, (_, at) => `// ${at}`);
    const diff = (count: number) => diffOf(withLines(5, ...lines(count)));
    expect(readMutant(write(diff(20)), folder).patch.hunks).toHaveLength(1);
    expect(complaint(() => readMutant(write(diff(21)), folder))).toBe(
      `${join(folder, 'mine.patch')}: changes 21 lines, at most 20`,
    );
  });
});

describe('applying', () => {
  const apply = (diff: string) => mutatedSource(readMutant(write(diff), folder));

  test('hunks that shift each other give the text that was compared', () => {
    const last = original.length - 6;
    const lines = withLines(last, '// late').filter((_, at) => at !== 1);
    lines.splice(3, 0, '// early', '// early too');
    const diff = diffOf(lines);
    expect(diff.match(/^@@/gm)).toHaveLength(2);
    expect(apply(diff)).toEqual({ file: target, source: lines.join('\n') });
  });

  test('a hunk that is a line off is an error, however well its text would fit', () => {
    const shifted = good.replace(/^@@ -(\d+)/m, (_, line) => `@@ -${Number(line) + 1}`);
    const line = /^@@ -(\d+)/m.exec(shifted)?.[1];
    expect(complaint(() => apply(shifted))).toBe(
      `mine: its diff does not apply to ${target} at line ${line}`,
    );
  });

  test('text that is not there is an error', () => {
    const [context] = /^ .*\w.*$/m.exec(good) ?? [''];
    const changed = good.replace(context, ' nobody wrote this');
    expect(complaint(() => apply(changed))).toMatch(/^mine: its diff does not apply to .* at line/);
  });

  test.each([
    'test/rooms.test.ts',
    'src/../test/tidy.test.ts',
    '/etc/hosts',
    'src/kernel/none.ts',
    'src/zoo/restore-second-newest.patch',
  ])('%s is no source file', (file) => {
    expect(complaint(() => apply(diffOf(withLines(5, '// added'), file)))).toBe(
      `mine: names no source file: ${file}`,
    );
  });
});

describe('made ready for workers', () => {
  test('a diff that makes no valid TypeScript is told', async () => {
    write(diffOf(withLines(original.length - 1, 'export const = ;')));
    await expect(mutantOf('mine', folder)).rejects.toThrow(
      'mine: its diff makes no valid TypeScript',
    );
  });

  test('the mutated file is transpiled, and stands for the built one', async () => {
    const typed = 'export const planted: number = 41 as number;';
    write(diffOf(withLines(original.length - 1, typed)));
    const loaded = await mutantOf('mine', folder);
    const { url, source } = JSON.parse(loaded.data) as { url: string; source: string };
    expect(loaded.id).toBe('mine');
    expect(basename(loaded.register)).toBe('mutant-register.js');
    expect(fileURLToPath(url)).toBe(join(root, 'dist/kernel/ids.js'));
    expect(source).toContain('export const planted = 41;');
    const built = readFileSync(fileURLToPath(url), 'utf8').replace(/\n\/\/# sourceMap.*/, '');
    expect(source.replace('export const planted = 41;\n', '').trim()).toBe(built.trim());
  });

  test('what is wrong with a mutant is told here too', async () => {
    await expect(mutantOf('elephant', folder)).rejects.toThrow(MutantError);
  });

  test('without the optional package typescript one line says what to install', () => {
    const resolve = `export async function resolve(name, context, next) {
      if (name === 'typescript') throw new Error('not installed');
      return next(name, context);
    }`;
    const hooks = `data:text/javascript,${encodeURIComponent(resolve)}`;
    const register = `import { register } from 'node:module'; register(${JSON.stringify(hooks)});`;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        ...['--import', `data:text/javascript,${encodeURIComponent(register)}`],
        ...[join(root, 'dist/cli/flinch.js'), 'run', join(root, 'scenarios/small.yaml')],
        ...['--seed', '1', '--mutant', 'restore-second-newest'],
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(
      /^--mutant restore-second-newest: mutants need the package typescript: npm install \S+\n$/,
    );
  });
});
