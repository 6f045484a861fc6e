/** `flinch replay`: the folder of a failure, run again, and what may be wrong with one. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { InputError } from '../../src/campaign/input-error.js';
import { readFolder } from '../../src/cli/plan-file.js';
import { plainSink, stage } from './stage.js';

const { folder, flinch, alone, scenario, clear } = stage();

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
  // Nothing in a plan may do that, so it is done from outside.
  const broken = 'Math.imul = () => { throw new Error("no product"); };';
  writeFileSync(join(folder, copy, 'all.mjs'), `${broken}\nexport const all = () => true;\n`);
  change('plan.json', (file) => {
    const { job } = file.plan['scenario'] as { job: { operators: Json[] } };
    const [source = {}, totals = {}, ...rest] = job.operators;
    const filter = { module: './all.mjs', export: 'all' };
    const all = { uid: 'all', input: 'source', filter };
    job.operators = [source, all, { ...totals, input: 'all' }, ...rest];
    file['code'] = { folder: '.', sha256: '' };
  });
  const { status, stdout, stderr } = alone(['replay', copy, '--allow-code']);
  expect(status).toBe(70);
  expect(stdout).toMatch(/^CRASHED {2}plain\n/);
  expect(stdout).toContain('crashed: Error: no product');
  expect(stderr).toContain('A bug in flinch; please report it, with this folder.\n');
});

/** A fault that is timed, and one that is aimed. */
const timed = (what: Json): Json => ({ when: { at: 1 }, what });
const aimed = (aim: Json, process = 'self'): Json => ({
  when: { aim: { moment: 'stored', occurrence: 1, ...aim }, after: 0 },
  what: { kind: 'pause', process, duration: 1 },
});
const pause = { kind: 'pause', process: 'registry', duration: 1 };

const faults: readonly (readonly [path: string, message: string, fault: Json])[] = [
  ['0.when.at', 'is -1; it must be at least 0', { ...timed(pause), when: { at: -1 } }],
  ['0.when.at', 'it must be at most 1000000000000', { ...timed(pause), when: { at: 2 ** 53 - 1 } }],
  ['0.when.att', 'did you mean at?', { ...timed(pause), when: { att: 1 } }],
  ['0.what.kind', 'did you mean crash?', timed({ kind: 'crush' })],
  ['0.what.durations', 'did you mean duration?', timed({ ...pause, durations: 1 })],
  ['0.what.process', 'did you mean registry?', timed({ ...pause, process: 'registri' })],
  ['0.what.process', 'must be one of job-manager-0, task-m', timed({ ...pause, process: 'me' })],
  ['0.what.process', 'is "self"; it must be one of', timed({ ...pause, process: 'self' })],
  [
    '0.what.between.1',
    'did you mean log-broker?',
    timed({ kind: 'break', between: ['registry', 'log-brokr'] }),
  ],
  ['0.what.process', 'did you mean task-manager-0?', aimed({}, 'task-manager-9')],
  ['0.when.aim.moment', 'did you mean stored?', aimed({ moment: 'storred' })],
  ['0.when.aim.occurrence', 'it must be at least 1', aimed({ occurrence: 0 })],
  ['0.when.aim.process', 'did you mean task-manager?', aimed({ process: 'task-managr' })],
];

test.each<[path: string, message: string, Edit]>([
  ['folderVersion', 'is 2; it must be 1', (file) => (file['folderVersion'] = 2)],
  ['flinch', 'is 1; it must be a text', (file) => (file['flinch'] = 1)],
  ['engineSha256', 'is null; it must be a text', (file) => (file['engineSha256'] = null)],
  ['mutant', 'is "name"; it must be a mapping', (file) => (file['mutant'] = 'name')],
  ['data.sha256', 'is missing; it must be a text', (file) => delete file.data['sha256']],
  ['seeds', 'there is no such field', (file) => (file['seeds'] = '0..1')],
  ['plan.planVersion', 'is 0; it must be one of 1, 2', ({ plan }) => (plan['planVersion'] = 0)],
  ['plan.seed', 'is 7; it must be a text', ({ plan }) => (plan['seed'] = 7)],
  ['plan.key.low', 'is missing; it must be a number', ({ plan }) => (plan['key'] = { high: 1 })],
  ['plan.faults', 'is {}; it must be a list', ({ plan }) => (plan['faults'] = {})],
  ['plan.deviations', 'is missing; it must be a list', ({ plan }) => delete plan['deviations']],
  ['plan.deviations.0', 'is not known', ({ plan }) => (plan['deviations'] = [1])],
  ['plan.scenario.name', 'is missing; it must be a text', ({ plan }) => (plan['scenario'] = {})],
  ...faults.map(([path, message, fault]): [string, string, Edit] => [
    `plan.faults.${path}`,
    message,
    ({ plan }) => (plan['faults'] = [fault]),
  ]),
])('bad input in the plan: %s %s', (path, message, edit) => {
  change('plan.json', edit);
  expect(complaint()).toMatch(/plan\.json:[1-9]\d*:[1-9]\d*: /);
  expect(complaint()).toContain(`: ${path}: `);
  expect(complaint()).toContain(message);
});

function complaint(): string {
  try {
    readFolder(join(folder, copy));
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'no mistake';
}

test('a thousand faults are enough', () => {
  change(
    'plan.json',
    ({ plan }) => (plan['faults'] = Array.from({ length: 1_001 }, () => timed(pause))),
  );
  expect(complaint()).toContain('plan.faults: needs at most 1000 entries');
});

test('a job in code needs a place of the code', () => {
  change('plan.json', ({ plan }) => {
    const { job } = plan['scenario'] as { job: { operators: Json[] } };
    const filter = { module: './all.mjs', export: 'all' };
    job.operators[1] = { uid: 'totals', input: 'source', filter };
  });
  expect(complaint()).toContain('plan.json: "code" must say where the code is');
});

test.each(['plan.json', 'verdict.json'])('a name twice in %s', (name) => {
  const file = join(folder, copy, name);
  writeFileSync(file, readFileSync(file, 'utf8').replace('{\n', '{\n  "data": 1, "data": 2,\n'));
  expect(complaint()).toContain(`${name}:2:14: "data" stands twice in one object; keep one`);
});

test('a verdict without a fingerprint', () => {
  change('verdict.json', (verdict) => delete verdict['fingerprint']);
  expect(complaint()).toContain('verdict.json: "fingerprint" must be a text');
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
  writeFileSync(join(folder, copy, 'plan.json'), Buffer.from([0x7b, 0xff, 0x7d]));
  expect(complaint()).toContain('plan.json: is not a text in UTF-8; save it as one');
});
