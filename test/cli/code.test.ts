/** Goal: code of the user runs when it is allowed, is judged, and is never taken for our fault. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, describe, expect, test } from 'vitest';
import { root, stage } from './stage.js';

const { folder, flinch, alone, scenario, clear } = stage();
afterAll(clear);

mkdirSync(join(folder, 'node_modules'));
symlinkSync(root, join(folder, 'node_modules/flinch'));
symlinkSync(join(root, 'node_modules/tsx'), join(folder, 'node_modules/tsx'));
writeFileSync(
  join(folder, 'functions.mjs'),
  `import { readFile as readLater } from 'node:fs';
import { readFile } from 'node:fs/promises';
let calls = 0;
export const known = ({ origin }) => origin.length > 0;
export const lines = {
  returns: { line: 'string' },
  apply: ({ origin, delay }) => ({ line: [origin, delay, origin].join(' ') }),
};
export const words = {
  returns: { word: 'string' },
  apply: ({ line }) => line.split(' ').map((word) => ({ word })),
};
export const counts = {
  state: { count: 'int' },
  returns: { word: 'string', count: 'int' },
  apply: ({ word }, before) => {
    const count = (before?.count ?? 0) + 1;
    return { state: { count }, output: { word, count } };
  },
};
export const least = (one, other) => (one.delay < other.delay ? one : other);
export const chance = () => Math.random() < 2;
export const keeping = () => (calls += 1) % 3 > 0;
export const rejecting = ({ delay }) => {
  if (delay === 3) Promise.reject(new Error('too late'));
  return true;
};
export const reading = () => {
  void readFile('/none');
  return true;
};
export const caught = () => {
  Promise.reject(new Error('heard')).catch(() => undefined);
  return true;
};
export const asking = () => {
  readLater('/none', (error) => { throw error; });
  return true;
};
export const ticking = ({ record }) => {
  if (record === 17) process.nextTick(() => { throw new Error('a tick too late'); });
  return true;
};
let reject;
const pending = new Promise((_resolve, no) => (reject = no));
export const settling = () => {
  reject(new Error('made before'));
  return true;
};
export const failing = ({ record }) => {
  if (record === 17) throw new Error('no such flight');
  return true;
};
`,
);
writeFileSync(
  join(folder, 'jobs.mjs'),
  `const read = (env) =>
  env.fromSource({ topic: 'flights', splits: 2, row: { origin: 'string', record: 'int' } });
export const asynchronous = async () => undefined;
export const drawing = (env) => read(env).serviceTime(0, Math.floor(9 * Math.random()));
export const throwing = () => {
  throw new Error('no such job');
};
export const textless = () => {
  throw Object.create(null);
};
export const windowed = (env) => read(env).window(5);
export const median = (env) => read(env).keyBy('origin').aggregate({ middle: 'median' });
`,
);
const lateModules = {
  loaded: `void Promise.reject(new Error('not connected'));`,
  rejects: `new Promise((_resolve, reject) => setTimeout(reject, 30, 'not connected'));`,
  throws: `setTimeout(() => { throw new Error('not connected'); }, 30);`,
  microtask: `queueMicrotask(() => { throw new Error('not connected'); });`,
  immediate: `setImmediate(() => { throw new Error('not connected'); });`,
  request: `import { readFile } from 'node:fs/promises';\nvoid readFile('/not connected');`,
  nothing: 'throw null;',
};
for (const [name, text] of Object.entries(lateModules))
  writeFileSync(join(folder, `${name}.mjs`), `${text}\nexport const known = () => true;\n`);
writeFileSync(
  join(folder, 'job.ts'),
  `import { twoPhaseSink, type StreamExecutionEnvironment } from 'flinch';

export function wordCount(env: StreamExecutionEnvironment): void {
  const row = { origin: 'string', record: 'int', delay: 'int' } as const;
  const known = env
    .fromSource({ topic: 'flights', splits: 2, row }).uid('source').setParallelism(2)
    .serviceTime(700, 1300)
    .filter(({ origin }) => origin.length > 0).uid('known').setParallelism(2);
  const counts = known
    .map(({ origin, delay }) => ({ line: [origin, delay, origin].join(' ') }), { line: 'string' })
    .uid('lines').setParallelism(2)
    .flatMap(({ line }) => line.split(' ').map((word) => ({ word })), { word: 'string' })
    .uid('words').setParallelism(2)
    .keyBy('word').aggregate({ count: 'count' }).uid('counts').setParallelism(2);
  counts.sinkTo(twoPhaseSink('counts')).uid('sink').setParallelism(2);
  known.sinkTo(twoPhaseSink('raw')).uid('raw').disableChaining().slotSharingGroup('raw');
}
`,
);

type Operator = Readonly<{ uid: string }> & Record<string, unknown>;

/** The word count with code in some of its operators. */
function withCode(exports: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const text = readFileSync(join(root, 'scenarios/word-count.yaml'), 'utf8');
  const { job, laws } = parse(text) as { job: { operators: Operator[] }; laws: string[] };
  const operators = job.operators.map((operator) => {
    const name = exports[operator.uid];
    if (name === undefined) return operator;
    const { aggregate, ...rest } = operator;
    const action = aggregate === undefined ? (Object.keys(rest)[2] ?? '') : 'process';
    return { ...rest, [action]: { module: './functions.mjs', export: name } };
  });
  return { name: 'coded', job: { ...job, operators }, laws };
}

/** Without faults, and with few records: what is told does not depend on more. */
const brief = { faults: { max: 0 }, data: { records: 60 } };

const all = { known: 'known', lines: 'lines', words: 'words', counts: 'counts' };

describe('code of the user', () => {
  test('runs when it is allowed, in workers and without them, to the same bytes', () => {
    scenario('all.json', withCode(all));
    const args = ['run', 'all.json', '--seeds', '0..5', '--allow-code'];
    const pool = flinch([...args, '--workers', '2']);
    expect({ status: pool.status, stderr: pool.stderr }).toEqual({ status: 0, stderr: '' });
    expect(pool.stdout).toContain('HOLDS');
    expect(flinch([...args, '--workers', '0']).stdout).toBe(pool.stdout);
  });

  test('does not run otherwise', () => {
    scenario('all.json', withCode(all));
    const { status, stderr } = flinch(['run', 'all.json', '--seed', '1']);
    expect(status).toBe(2);
    expect(stderr).toBe(
      'all.json: names code of the user, ./functions.mjs#known; it is run with --allow-code only\n',
    );
  });

  test('may reduce the records of a key', () => {
    const { job, laws } = withCode({}) as { job: { operators: Operator[] }; laws: string[] };
    const [source, known] = job.operators;
    const reduce = { module: './functions.mjs', export: 'least' };
    const least = { uid: 'least', input: 'known', keyBy: 'origin', reduce };
    const sink = { uid: 'sink', input: 'least', sink: { kind: 'two-phase', topic: 'least' } };
    const operators = [source, known, least, sink];
    scenario('reduce.json', { name: 'reduce', job: { parallelism: 2, operators }, laws });
    const { status, stdout } = flinch(['run', 'reduce.json', '--seeds', '0..4', '--allow-code']);
    expect(status).toBe(0);
    expect(stdout).toContain('HOLDS  reduce');
  });

  test('may declare the whole job, in TypeScript', () => {
    const file = join(folder, scenario('job.json', { name: 'job', laws: withCode({})['laws'] }));
    const declared = JSON.parse(readFileSync(file, 'utf8')) as object;
    const job = { module: './job.ts', export: 'wordCount' };
    writeFileSync(file, JSON.stringify({ ...declared, job }));
    const args = ['run', 'job.json', '--seeds', '0..4', '--allow-code'];
    // The coverage tool cannot read the URLs that tsx gives its modules.
    const { status, stdout, stderr } = alone(args, { NODE_V8_COVERAGE: '' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('HOLDS  job');
  });

  test.each([
    ['that is async', 'asynchronous', 'threw: a promise made inside a step at file:'],
    ['that draws', 'drawing', 'threw: Math.random() called inside a step at file:'],
    ['that throws', 'throwing', 'threw: no such job'],
    ['that throws what has no text', 'textless', 'threw: a value that has no text'],
    ['of an operation that is none', 'windowed', 'window is not a function'],
    ['of an aggregate that is none', 'median', 'an aggregate is count, or one of sum, min'],
  ])('is told when it is a job %s', (_name, name, message) => {
    const file = join(folder, scenario('odd-job.json', { laws: withCode({})['laws'] }));
    const declared = JSON.parse(readFileSync(file, 'utf8')) as object;
    const job = { module: './jobs.mjs', export: name };
    writeFileSync(file, JSON.stringify({ ...declared, job }));
    const { status, stderr } = flinch(['run', 'odd-job.json', '--seed', '1', '--allow-code']);
    expect(status).toBe(2);
    expect(stderr).toContain('odd-job.json: ');
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  test.each([
    ['time or chance', 'chance', 'Math.random() called inside a step at file:'],
    ['what it keeps from call to call', 'keeping', 'run twice, it gave the fingerprints'],
  ])('that uses %s is not deterministic, which is no bug of ours', (_name, known, message) => {
    scenario('odd.json', { ...withCode({ ...all, known }), data: brief.data });
    const args = ['run', 'odd.json', '--seeds', '2..4', '--allow-code'];
    const { status, stdout, stderr } = flinch(args);
    expect(status).toBe(3);
    expect(stdout).toContain('code of the user is not deterministic');
    expect(stdout).toContain(message);
    expect(stderr).not.toContain('bug in flinch');
    const [, replayed] = /replay (\S+) --allow-code\n/.exec(stdout) ?? [];
    const again = flinch(['replay', replayed ?? '', '--allow-code']);
    expect(again.stdout).not.toContain('HOLDS');
  });

  /** What is told of one seed, without workers and in one. */
  const toldOf = (file: string) =>
    ['0', '1'].map((workers) =>
      flinch(['run', file, '--seed', '1', '--allow-code', '--workers', workers]),
    );

  test.each([
    ['rejecting', /a promise made inside a step at file:\S+functions\.mjs:\d+:\d+/],
    ['reading', /a promise made inside a step at file:\S+functions\.mjs:\d+:\d+/],
    ['caught', /a promise made inside a step at file:\S+functions\.mjs:\d+:\d+/],
    ['asking', /a request \(FSREQCALLBACK\) made inside a step at file:\S+functions\.mjs:\d+:\d+/],
    ['ticking', /a callback threw: a tick too late; seed 1 began it/],
    ['settling', /a promise settled inside a step at file:\S+functions\.mjs:\d+:\d+/],
  ])('that goes on after a step, %s, is not deterministic, wherever it runs', (known, message) => {
    scenario('promise.json', { ...withCode({ ...all, known }), ...brief });
    const [here, there] = toldOf('promise.json');
    expect(here).toMatchObject({ status: 3, stderr: '' });
    expect(here?.stdout).toContain('code of the user is not deterministic');
    expect(here?.stdout).toMatch(message);
    expect(here?.stdout).not.toContain('    at ');
    expect(there).toEqual(here);
    // A module that was loaded has settled its promise; another process loads it anew.
    const replay = known === 'settling' ? alone : flinch;
    const again = replay(['replay', 'flinch-out/coded-seed-1', '--allow-code']);
    expect(again).toMatchObject({ status: 3, stderr: '' });
  });

  test('that fails after its step is told of the seed that began it, wherever it runs', () => {
    scenario('tick.json', { ...withCode({ ...all, known: 'ticking' }), ...brief });
    const [one, two] = ['0', '2'].map((workers) =>
      flinch(['run', 'tick.json', '--seeds', '1..6', '--allow-code', '--workers', workers]),
    );
    expect(one).toMatchObject({ status: 3, stderr: '' });
    expect(one?.stdout).toContain('is not deterministic in 6 seeds');
    expect(two).toEqual(one);
  });

  /** The scenario of a job whose filter is that of another module. */
  const withModule = (name: string): string => {
    const { job, laws } = withCode({}) as { job: { operators: Operator[] }; laws: string[] };
    const filter = { module: `./${name}.mjs`, export: 'known' };
    const operators = job.operators.map((one) => (one.uid === 'known' ? { ...one, filter } : one));
    const changes = { name, job: { ...job, operators }, laws, faults: { max: 0 } };
    return scenario(`${name}.json`, changes);
  };

  test.each([
    ['loaded', 'a promise was rejected, and nobody heard it: not connected; wait for it'],
    ['rejects', 'a promise was rejected, and nobody heard it: not connected; wait for it'],
    ['request', 'a promise was rejected, and nobody heard it: ENOENT: no such file or directory'],
    ['throws', 'a callback threw: not connected; wait for it with await, and catch it'],
    ['microtask', 'a callback threw: not connected; wait for it'],
    ['immediate', 'a callback threw: not connected; wait for it'],
    ['nothing', 'cannot be loaded: null'],
  ])('whose module fails while or after it is loaded, %s, is not run', (name, message) => {
    const told = flinch(['run', withModule(name), '--seed', '1', '--allow-code']);
    expect(told).toMatchObject({ status: 2, stdout: '' });
    expect(told.stderr).toContain(`${name}.json: ./${name}.mjs: ${message}`);
    expect(told.stderr).not.toContain('    at ');
  });

  test('that throws fails its task; the job never ends, and says why', () => {
    const failing = withCode({ ...all, known: 'failing' });
    scenario('failing.json', { ...failing, ...brief, budget: { simulatedSeconds: 20 } });
    const { status, stdout } = flinch(['run', 'failing.json', '--seed', '1', '--allow-code']);
    expect(status).toBe(1);
    expect(stdout).toContain('progress is violated');
    expect(stdout).toContain('no such flight');
    expect(flinch(['replay', 'flinch-out/coded-seed-1']).stderr).toContain('--allow-code only');
    const replayed = flinch(['replay', 'flinch-out/coded-seed-1', '--allow-code']);
    expect(replayed.stdout).toContain('as it was');
    writeFileSync(join(folder, 'functions.mjs'), '\n', { flag: 'a' });
    const changed = flinch(['replay', 'flinch-out/coded-seed-1', '--allow-code']);
    expect(changed.stderr).toContain('The code of the user is not the one of that run');
  });

  test.each([
    [
      'a filter that is none',
      { known: 'lines' },
      'known.filter: ./functions.mjs#lines must be a f',
    ],
    [
      'a map that is none',
      { lines: 'known' },
      'lines.map: ./functions.mjs#known must be { returns',
    ],
    ['no state', { counts: 'words' }, 'counts.process: ./functions.mjs#words must be { state, ret'],
    ['no export', { known: 'knwon' }, './functions.mjs#knwon: there is no such export; did you'],
  ])('%s is told with its place', (_name, exports, message) => {
    scenario('wrong.json', withCode(exports));
    const { status, stderr } = flinch(['run', 'wrong.json', '--seed', '1', '--allow-code']);
    expect(status).toBe(2);
    expect(stderr).toContain(`wrong.json: ${message}`);
  });
});
