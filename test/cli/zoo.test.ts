/** `flinch zoo` as a user meets it, and what `zoo` and `demo` do not take for an option. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createTwoFilesPatch } from 'diff';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { InputError } from '../../src/campaign/input-error.js';
import { demoCommand } from '../../src/cli/demo.js';
import { zooCommand } from '../../src/cli/zoo.js';
import { command, root, stage } from './stage.js';

const { folder, flinch, clear } = stage();

afterAll(clear);

const found = join(root, 'src/zoo/restore-second-newest.patch');

/** A mutant that only adds a comment: nobody can find it. */
function invisible(): string {
  const file = 'src/engine/job-master/recovery.ts';
  const source = readFileSync(join(root, file), 'utf8');
  const diff = createTwoFilesPatch(`a/${file}`, `b/${file}`, source, `// nothing\n${source}`);
  const header = ['ticket: none', 'mechanism: a comment', 'law: progress', 'trigger: none'];
  return [...header, 'seeds: 20', diff.replace(/^=+\n/, '')].join('\n');
}

/** A folder with these files. */
function mutants(name: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(join(folder, name));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), text);
  return name;
}

beforeAll(() => {
  mutants('one', {});
  copyFileSync(found, join(folder, 'one', 'restore-second-newest.patch'));
});

type Row = Readonly<Record<'seedsFirst' | 'seedsMedian' | 'seedsP95' | 'cpuSecondsMedian', number>>;
type Document = Readonly<{
  mutants: readonly [Row, ...Row[]];
  cleanSeeds: number;
  falseAlarms: number;
}>;

test('a zoo whose mutants are found gives exit 0 and a document of the published form', () => {
  const flags = ['--seeds', '1..8', '--clean', '4', '--workers', '1', '--json'];
  const { status, stdout, stderr } = flinch(['zoo', '--mutants', 'one', ...flags]);
  expect(status).toBe(0);
  const document = JSON.parse(stdout) as Document;
  expect(Object.keys(document)).toEqual([
    ...['schemaVersion', 'mutants', 'score', 'cleanSeeds', 'falseAlarms'],
  ]);
  expect(document).toMatchObject({ schemaVersion: 1, score: 1, cleanSeeds: 4, falseAlarms: 0 });
  const [row, ...others] = document.mutants;
  expect(others).toEqual([]);
  expect(row).toEqual({
    id: 'restore-second-newest',
    ticket: expect.stringContaining('FLINK-7783'),
    law: 'checkpoint-order',
    found: true,
    foundBy: ['checkpoint-order'],
    firstPercent: expect.any(Number),
    faultFree: 'holds',
    seeds: 8,
    seedsFirst: expect.any(Number),
    seedsMedian: expect.any(Number),
    seedsP95: expect.any(Number),
    cpuSecondsMedian: expect.any(Number),
    shrunkFaults: null,
  });
  expect(row.seedsFirst).toBeGreaterThanOrEqual(1);
  expect(row.seedsMedian).toBeLessThanOrEqual(row.seedsP95);
  expect(row.seedsP95).toBeLessThanOrEqual(8);
  expect(row.cpuSecondsMedian).toBeGreaterThan(0);
  expect(stderr).toMatch(/^restore-second-newest +found by checkpoint-order \(.*\n$/);
});

test('a mutant that is not found gives exit 1, and says in how many seeds', () => {
  mutants('unseen', { 'unseen.patch': invisible() });
  const flags = ['--seeds', '1..2', '--clean', '0', '--workers', '1'];
  const { status, stdout } = flinch(['zoo', '--mutants', 'unseen', ...flags]);
  expect(status).toBe(1);
  expect(stdout).toMatch(
    /^unseen +NOT FOUND in 2 seeds\nmutation score 0 %, 0 false alarms in 0 clean seeds\n$/,
  );
});

test('after an interrupt what was judged is told, with exit 130', async () => {
  mutants('two', { 'unseen.patch': invisible() });
  copyFileSync(found, join(folder, 'two', 'found.patch'));
  const endless = ['--seeds', '1..1000000', '--budget', '1', '--clean', '1000000'];
  const args = ['zoo', '--mutants', 'two', ...endless, '--workers', '1', '--json'];
  const child = spawn(process.execPath, [command, ...args], { cwd: folder });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (texts.stdout += String(text)));
  // The first mutant is done when its line is there; everything else is then still to be judged.
  child.stderr.on('data', (text) => {
    texts.stderr += String(text);
    if (texts.stderr.includes('\n')) child.kill('SIGINT');
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect(status).toBe(130);
  expect(texts.stderr).toMatch(/^found +found by /);
  expect(texts.stderr).not.toContain('A bug in flinch');
  const document = JSON.parse(texts.stdout) as Document;
  expect(document.mutants[0]).toMatchObject({ id: 'found', found: true });
  expect(document.falseAlarms).toBe(0);
  expect(document.cleanSeeds).toBeLessThan(1_000_000);
});

const diff = invisible();
const fields = (law: string) => diff.replace('law: progress', `law: ${law}`);

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['empty', { 'notes.txt': '' }, '--mutants empty: holds no mutant (ID.patch)'],
  ['lawless', { 'bad.patch': fields('gravity') }, 'lawless/bad.patch: no such law: gravity'],
  ['bare', { 'bad.patch': 'law: progress\n' }, 'bare/bad.patch: holds no diff'],
  ['stale', { 'bad.patch': diff.replace(/^ .*\w.*$/m, ' gone') }, 'bad: its diff does not apply'],
  ['torn', { 'bad.patch': diff.replace(/^@@ -1,\d+/m, '@@ -1,1') }, 'bad.patch: '],
  ['late', { 'a.patch': diff, 'b.patch': fields('gravity') }, 'late/b.patch: no such law'],
])('bad mutants (%s) give exit 2 and one line, before any hunt', (name, files, message) => {
  const { status, stdout, stderr } = flinch(['zoo', '--mutants', mutants(name, files)]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).toContain(message);
});

test('an unknown option gives exit 2', () => {
  const { status, stdout, stderr } = flinch(['zoo', '--seed', '1']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('Did you mean --seeds?');
});

const commands = { zoo: zooCommand, demo: demoCommand };

test.each<[keyof typeof commands, string, string, string]>([
  ['zoo', 'mutants', 'nowhere', '--mutants nowhere: no such folder of mutants'],
  ['zoo', 'mutants', found, 'restore-second-newest.patch: no such folder of mutants'],
  ['zoo', 'mutants', '', '--mutants is empty'],
  ['zoo', 'seeds', 'x', '--seeds x: write two decimal integers, as in 0..99'],
  ['zoo', 'seeds', '7', '--seeds 7: write two decimal integers'],
  ['zoo', 'seeds', '01..02', '--seeds 01..02: write two decimal integers'],
  ['zoo', 'seeds', '1..99999999999999999', 'write two decimal integers'],
  ['zoo', 'seeds', '5..1', '--seeds 5..1: ends before it begins'],
  ['zoo', 'seeds', '', '--seeds is empty'],
  ['zoo', 'budget', '-1', '--budget -1: write a whole number, at least 1'],
  ['zoo', 'budget', '0', '--budget 0: write a whole number, at least 1'],
  ['zoo', 'budget', '1e3', '--budget 1e3: write a whole number'],
  ['zoo', 'clean', '-1', '--clean -1: write a whole number, at least 0'],
  ['zoo', 'clean', 'all', '--clean all: write a whole number'],
  ['zoo', 'workers', 'x', '--workers x: write a whole number, at least 1 and at most 256'],
  ['zoo', 'workers', '0', '--workers 0: write a whole number, at least 1'],
  ['zoo', 'workers', '257', '--workers 257: write a whole number, at least 1 and at most 256'],
  ['demo', 'workers', 'x', '--workers x: write a whole number, at least 1 and at most 256'],
  ['demo', 'workers', '-1', '--workers -1: write a whole number'],
  ['demo', 'workers', '0', '--workers 0: write a whole number'],
  ['demo', 'workers', '1.5', '--workers 1.5: write a whole number'],
  ['demo', 'workers', '', '--workers is empty'],
])('%s: --%s %j is a mistake', async (name, option, value, message) => {
  const over = commands[name]({ [option]: value });
  await expect(over).rejects.toThrow(InputError);
  await expect(over).rejects.toThrow(message);
});

test.each([[['zoo', '--seeds', '5..1']], [['demo', '--workers', 'x']]])(
  '%j gives exit 2 and one line',
  (args) => {
    const { status, stdout, stderr } = flinch(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^--[^\n]+\n$/);
  },
);
