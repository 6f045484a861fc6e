/** Reports as a CI job meets them: several at once, whole or not there, the same for a same run. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

import { headOf } from '../../src/cli/report-file.js';
import { parseXml, within } from '../fixtures/xml.js';
import { command, plainSink, small, stage } from './stage.js';

const { folder, flinch, alone, scenario, clear } = stage();
afterAll(clear);

const calm = { GITHUB_STEP_SUMMARY: '', NO_COLOR: '', FORCE_COLOR: '0' };
const run = (args: readonly string[], environment: Record<string, string> = {}) =>
  flinch(['run', ...args], { ...calm, ...environment });
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

// Only one law, so that a seed is quick to judge and breaks it often.
const plain = scenario('plain.yaml', { ...plainSink, laws: ['exactly-once'] });
const files = {
  junit: 'a.xml',
  ndjson: 'a.ndjson',
  json: 'a.json',
  markdown: 'a.md',
  dot: 'a.txt',
};
const names = Object.values(files).sort();
const into = (to: string) =>
  Object.entries(files)
    .map(([name, file]) => `${name}=${to}/${file}`)
    .join(',');

test('several at once, each in its file, and one on stdout', () => {
  const args = [plain, '--seeds', '0..5', '--reporter', `default,github,${into('new/several')}`];
  const { status, stdout, stderr } = run(args);
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  expect(stdout).toMatch(/^VIOLATED {2}plain\n[^]*\n::error file=plain\.yaml,line=\d+,title=/);
  expect(readdirSync(join(folder, 'new/several')).sort()).toEqual(names);
  const [testCase, ...others] = within(parseXml(read('new/several/a.xml')), 'testcase');
  expect(testCase?.attributes).toMatchObject({ classname: 'plain', name: 'exactly-once' });
  expect(others).toEqual([]);
  expect(read('new/several/a.ndjson').trimEnd().split('\n')).toHaveLength(6);
  expect(JSON.parse(read('new/several/a.json'))).toMatchObject({ verdict: 'violated' });
  expect(read('new/several/a.md')).toMatch(/^## VIOLATED: plain\n/);
  expect(read('new/several/a.txt')).toMatch(/^[.F]{6}\nVIOLATED {2}plain\n/);
});

test('equal runs give equal bytes, on any number of workers', () => {
  const bytes = ['0', '2'].map((workers) => {
    const args = ['--seeds', '0..5', '--workers', workers, '--reporter', into('same')];
    expect(run([plain, ...args]).stdout).toBe('');
    return names.map((name) => read(`same/${name}`).replace(/"cpuSeconds": [\d.]+/, ''));
  });
  expect(bytes[1]).toEqual(bytes[0]);
});

test('other seeds give test cases of the same names', () => {
  const cases = ['0..1', '7..9'].map((seeds) => {
    run([small, '--seeds', seeds, '--reporter', 'junit=names.xml']);
    return within(parseXml(read('names.xml')), 'testcase').map(({ attributes }) => attributes);
  });
  expect(cases[0]).toHaveLength(14);
  expect(cases[1]).toEqual(cases[0]);
});

test('--reporter may be said again, and --json is one of them', () => {
  const args = [plain, '--seeds', '0..1', '--json', '--reporter', 'dot=d.txt'];
  const { stdout } = run([...args, '--reporter', 'markdown=d.md,github']);
  expect(JSON.parse(stdout)).toMatchObject({ scenario: 'plain' });
  expect(existsSync(join(folder, 'd.txt')) && existsSync(join(folder, 'd.md'))).toBe(true);
});

mkdirSync(join(folder, 'taken'));

test.each([
  ['junti=a.xml', '--reporter junti=a.xml: no such reporter. Did you mean junit? Known: default,'],
  ['elephant', 'no such reporter. Known: default, dot, json, ndjson, junit, github, markdown'],
  ['junit=', 'names no file after the ='],
  ['default,dot', '--reporter default and dot both write to stdout; give one a file'],
  ['default,default', '--reporter default and default both write to stdout'],
  ['dot=x.txt,json=./x.txt', '--reporter dot and json both write to ./x.txt; name two files'],
  ['markdown=left.md,junit=taken', 'taken: cannot be written: it is a folder; see --reporter'],
  ['markdown=left.md,junit=plain.yaml/x', 'plain.yaml/x: cannot be written: '],
  ['junit=/dev/null', '/dev/null: cannot be written: it is not a plain file'],
])('--reporter %s ends with 2 and one clear line, before any seed', (reporter, message) => {
  const { status, stdout, stderr } = run([plain, '--seeds', '0..5', '--reporter', reporter]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr.split('\n')).toHaveLength(2);
  expect(readdirSync(folder).filter((name) => name.startsWith('left.md'))).toEqual([]);
});

test('the job summary is added to what is there, within its limit', () => {
  const summary = join(folder, 'summary.md');
  writeFileSync(summary, 'before\n');
  const args = [plain, '--seeds', '0..1', '--reporter', 'github=annotations.txt'];
  run(args, { GITHUB_STEP_SUMMARY: summary });
  expect(read('summary.md')).toMatch(/^before\n## \w+: plain\n/);
  expect(read('annotations.txt')).toMatch(/^(?:::error .*\n)?$/);
  writeFileSync(summary, 'x'.repeat(900 * 1_024 - 100));
  run(args, { GITHUB_STEP_SUMMARY: summary });
  const text = read('summary.md');
  expect(text.length).toBeLessThanOrEqual(900 * 1_024);
  expect(text.slice(-150)).toMatch(/x## \w+: plain\n\n+The rest is left out: .* 900 K\.\n$/);
  expect(run(args, { GITHUB_STEP_SUMMARY: folder }).status).toBe(2);
});

test('a text is cut at the end of a line, by its bytes', () => {
  const text = 'é\n'.repeat(100);
  expect(headOf(text, 300)).toBe(text);
  const cut = headOf(text, 299);
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(299);
  expect(cut).toMatch(/^(?:é\n)+\nThe rest is left out/);
  expect(headOf(text, 10)).toBe('');
});

test('-q says the verdict alone where all is well, -v says more', () => {
  const calmRun = run([small, '-q', '--seeds', '3..4']);
  expect(calmRun).toMatchObject({ status: 0, stdout: 'HOLDS  small\n', stderr: '' });
  expect(run([small, '-v', '--seeds', '3..4']).stdout).toContain('\nmoments:\n');
  expect(run([small, '-q']).stderr).toBe('');
});

test('the language of the machine changes no byte', () => {
  const texts = [{ LANG: 'en_US.UTF-8' }, { LANG: 'fr_FR.UTF-8' }, { LC_ALL: 'de_DE' }].map(
    (locale) => {
      const environment = { LANGUAGE: '', LC_ALL: '', ...locale };
      const { stdout } = run([plain, '--seeds', '0..2', '--reporter', 'markdown'], environment);
      return [
        stdout,
        run(['--help'], environment).stdout,
        run(['--sede', '1'], environment).stderr,
      ];
    },
  );
  expect(texts[0]?.[2]).toContain('Did you mean --seed?');
  expect(texts[1]).toEqual(texts[0]);
  expect(texts[2]).toEqual(texts[0]);
});

test('colour is for terminals, or when it is forced; never in a file', () => {
  const args = [small, '--seeds', '3..4', '-q', '--reporter', 'default,dot=colour.txt'];
  const forced = { NO_COLOR: '', FORCE_COLOR: '1' };
  const { FORCE_COLOR: _, NO_COLOR: __, ...bare } = process.env;
  const own = { ...bare, SIM_SEED: '' };
  const of = (env: NodeJS.ProcessEnv) =>
    spawnSync(process.execPath, [command, 'run', ...args], { cwd: folder, env, encoding: 'utf8' });
  expect(of({ ...own, FORCE_COLOR: forced.FORCE_COLOR }).stdout).toBe(
    '\u001b[32mHOLDS\u001b[39m  small\n',
  );
  expect(read('colour.txt')).toBe('..\nHOLDS  small\n');
  expect(of(own).stdout).toBe('HOLDS  small\n');
  expect(of({ ...own, NO_COLOR: '1' }).stdout).toBe('HOLDS  small\n');
});

type Ended = Readonly<{ code: number | null; out: string; err: string }>;

function spawned(args: string[], act: (child: ReturnType<typeof spawn>) => void): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...calm, SIM_SEED: '' };
    const child = spawn(process.execPath, [command, 'run', ...args], { cwd: folder, env });
    const said = { out: '', err: '' };
    child.stdout.on('data', (text) => (said.out += String(text)));
    child.stderr.on('data', (text) => (said.err += String(text)));
    child.on('close', (code) => resolve({ code, ...said }));
    act(child);
  });
}

test('what is long reaches a slow reader of a pipe whole', async () => {
  const name = 'long-'.repeat(700_000);
  const long = scenario('long.yaml', { name, laws: ['progress'], data: { records: 20 } });
  const { code, out } = await spawned([long, '--seed', '1', '--reporter', 'junit'], (child) => {
    child.stdout?.once('readable', () => child.stdout?.resume()); // and not before
  });
  expect(code).toBe(0);
  expect(out.length).toBeGreaterThan(2 * name.length);
  expect(parseXml(out).name).toBe('testsuites');
});

test('a reader that closes the pipe changes neither the exit code nor the files', async () => {
  const args = [plain, '--seeds', '0..5', '--reporter', 'dot,ndjson=piped.ndjson'];
  const { code, err } = await spawned(args, (child) => child.stdout?.destroy());
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(read('piped.ndjson').trimEnd().split('\n')).toHaveLength(6);
});

/** What each file of an interrupted run must say. */
function expectMarked(to: string): void {
  expect(readdirSync(join(folder, to)).sort()).toEqual(names);
  const properties = within(parseXml(read(`${to}/a.xml`)), 'property');
  expect(properties.map(({ attributes }) => attributes)).toContainEqual({
    name: 'interrupted',
    value: 'true',
  });
  const lines = read(`${to}/a.ndjson`).trimEnd().split('\n');
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ interrupted: true });
  expect(JSON.parse(read(`${to}/a.json`))).toMatchObject({ interrupted: true });
  expect(read(`${to}/a.md`)).toContain('**Interrupted**');
  expect(read(`${to}/a.txt`)).toContain('interrupted after');
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s leaves what was judged in every file',
  async (name) => {
    const to = `ended-${name.toLowerCase()}`;
    const args = [small, '--seeds', '0..99999', '--workers', '1', '--reporter', `dot,${into(to)}`];
    const { code, out } = await spawned(args, (child) => {
      child.stdout?.once('data', () => child.kill(name));
    });
    expect(code).toBe(130);
    expect(out).toMatch(/^\.+/);
    expectMarked(to);
    expect(read(`${to}/a.ndjson`).split('\n').length).toBeGreaterThan(2);
  },
);

// Ends the workers when the main thread has sent its twelfth message.
const ending = `import { isMainThread, MessagePort, Worker } from 'node:worker_threads';
const workers = new Set();
const { postMessage } = Worker.prototype;
Worker.prototype.postMessage = function (...args) {
  workers.add(this);
  return postMessage.apply(this, args);
};
let sent = 0;
const send = MessagePort.prototype.postMessage;
MessagePort.prototype.postMessage = function (...args) {
  if (isMainThread && (sent += 1) === 12) for (const worker of workers) void worker.terminate();
  return send.apply(this, args);
};
`;

test('when the workers die, what was judged is in every file', () => {
  writeFileSync(join(folder, 'ending.mjs'), ending);
  const args = [small, '--seeds', '0..999', '--workers', '1', '--reporter', into('dead')];
  const environment = { ...calm, NODE_OPTIONS: '--import ./ending.mjs' };
  const { status, stderr } = alone(['run', ...args], environment);
  expect(status).toBe(70);
  expect(stderr).toContain('crashed: ended by Error: worker exited');
  expect(stderr).toContain('A bug in flinch, please report it:');
  expectMarked('dead');
  expect(JSON.parse(read('dead/a.json'))).toMatchObject({ verdict: 'crashed' });
});
