/** `flinch replay`: the folder of a failure, run again, and what may be wrong with one. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { readFolder } from '../../src/cli/plan-file.js';
import { plainSink, stage } from './stage.js';

const { folder, flinch, scenario, clear } = stage();

afterAll(clear);

let original = '';
const copy = 'copied/failure';

beforeAll(() => {
  scenario('plain.yaml', plainSink);
  const { stdout } = flinch(['run', 'plain.yaml', '--seeds', '0..9', '--json']);
  original = JSON.parse(stdout).failures[0].folder;
});

beforeEach(() => {
  rmSync(join(folder, copy), { recursive: true, force: true });
  cpSync(join(folder, original), join(folder, copy), { recursive: true });
});

type Json = Record<string, unknown>;
type Edit = (value: Json & { plan: Json; data: Json }) => void;

/** Changes a file of the copy. */
function change(name: string, edit: Edit) {
  const file = join(folder, copy, name);
  const value = JSON.parse(readFileSync(file, 'utf8')) as Parameters<Edit>[0];
  edit(value);
  writeFileSync(file, JSON.stringify(value));
}

test('gives the same fingerprint, and exits by the verdict', () => {
  const { status, stdout, stderr } = flinch(['replay', copy, '--json']);
  const document = JSON.parse(stdout) as Json;
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  expect(Object.keys(document)).toEqual([
    ...['schemaVersion', 'seed', 'verdict', 'fingerprint', 'expected', 'engine'],
  ]);
  expect(document).toMatchObject({ schemaVersion: 1, verdict: 'violated', engine: 'same' });
  expect(document['fingerprint']).toBe(document['expected']);
  expect(flinch(['replay', copy, '--json']).stdout).toBe(stdout);

  const { stdout: text } = flinch(['replay', copy]);
  expect(text).toMatch(/^VIOLATED {2}plain\n/);
  expect(text).toContain(
    `${String(document['fingerprint'])}, as it was\nexactly-once is violated: `,
  );
});

test('another fingerprint by the same engine is nondeterminism', () => {
  change('verdict.json', (verdict) => (verdict['fingerprint'] = '0123456789abcdef'));
  const { status, stdout } = flinch(['replay', copy, '--json']);
  expect(status).toBe(3);
  expect(JSON.parse(stdout).verdict).toBe('nondeterministic');
});

test('another engine says so, and the verdict counts', () => {
  change('verdict.json', (verdict) => (verdict['fingerprint'] = '0123456789abcdef'));
  change('plan.json', (file) => (file['engineSha256'] = 'other'));
  const { status, stdout, stderr } = flinch(['replay', copy, '--json']);
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'violated', engine: 'other' });
  expect(stderr).toContain('The engine is not the one of that run');
});

test('a plan without its faults holds', () => {
  change('plan.json', (file) => (file.plan['faults'] = []));
  change('plan.json', (file) => (file['engineSha256'] = 'other'));
  expect(flinch(['replay', copy]).status).toBe(0);
});

test('a run that throws is a bug of ours', () => {
  change('plan.json', ({ plan }) => {
    const what = { kind: 'crash', process: 'nobody', silent: false, restartAfter: 1 };
    plan['faults'] = [{ when: { at: 1_000 }, what }];
  });
  const { status, stdout } = flinch(['replay', copy]);
  expect(status).toBe(70);
  expect(stdout).toMatch(/^CRASHED {2}plain\n/);
  expect(stdout).toContain('crashed: InvariantError: ');
});

test.each<[string, string, Edit]>([
  ['"folderVersion" must be 1', 'plan.json', (file) => (file['folderVersion'] = 2)],
  ['"flinch" must be a version', 'plan.json', (file) => (file['flinch'] = 1)],
  ['"engineSha256" must be a digest', 'plan.json', (file) => (file['engineSha256'] = null)],
  ['"mutant" must be null, or an id', 'plan.json', (file) => (file['mutant'] = 'name')],
  ['"data" must be a folder', 'plan.json', (file) => delete file.data['sha256']],
  ['"plan.planVersion" must be 1', 'plan.json', (file) => (file.plan['planVersion'] = 0)],
  ['"plan.seed" must be a text', 'plan.json', (file) => (file.plan['seed'] = 7)],
  ['"plan.key" must be two integers', 'plan.json', (file) => (file.plan['key'] = {})],
  ['"plan.faults" must be a list', 'plan.json', (file) => (file.plan['faults'] = {})],
  ['"plan.faults.0" must be a fault', 'plan.json', (file) => (file.plan['faults'] = [{}])],
  ['"plan.deviations" must be a list', 'plan.json', (file) => delete file.plan['deviations']],
  ['(plan.scenario):1:', 'plan.json', (file) => (file.plan['scenario'] = {})],
  ['"fingerprint" must be a text', 'verdict.json', (verdict) => delete verdict['fingerprint']],
])('bad input: %s', (message, file, edit) => {
  change(file, edit);
  expect(() => readFolder(join(folder, copy))).toThrow(message);
});

test.each<[string, Edit]>([
  ['not the data of that run', (file) => Object.assign(file.data, { sha256: 'other' })],
  ['no such data file', ({ plan }) => moved(plan, 'gone.json')],
])('bad data: %s', (message, edit) => {
  change('plan.json', edit);
  const { status, stdout, stderr } = flinch(['replay', copy]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
});

/** Another file of the data. */
function moved(plan: Json, file: string): void {
  const { data } = plan['scenario'] as { data: Json[] };
  Object.assign(data[0] ?? {}, { file });
}

test('a folder that is none, and a file that is no JSON', () => {
  expect(flinch(['replay', 'nowhere'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('nowhere/plan.json: no such file; name a folder that'),
  });
  writeFileSync(join(folder, copy, 'plan.json'), '{');
  expect(flinch(['replay', copy]).stderr).toContain('plan.json: not JSON');
});
