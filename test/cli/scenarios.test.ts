/** Several scenarios in one run: each is told as if it were alone; together they have a verdict. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

import { parseXml, within } from '../fixtures/xml.js';
import { command, plainSink, root, stage } from './stage.js';

const { folder, flinch, scenario, clear } = stage();
afterAll(clear);

const read = (file: string) => readFileSync(join(folder, file), 'utf8');

// One law each, so that a seed is quick to judge.
const plain = scenario('plain.yaml', { ...plainSink, laws: ['exactly-once'] });
const calm = scenario('calm.yaml', { name: 'calm', laws: ['progress'], data: { records: 100 } });
const short = scenario('short.yaml', { name: 'short', budget: { events: 200 } });

type Document = Readonly<Record<string, unknown>>;

const files = ['json', 'ndjson', 'junit', 'markdown', 'shard'];

/** Runs scenarios, with every report in a file that begins with a letter. */
function run(letter: string, names: readonly string[], ...args: readonly string[]) {
  const reports = files.map((name) => `${name}=${letter}.${name}`).join(',');
  const ran = flinch(['run', ...names, ...args, '--reporter', `default,${reports}`]);
  return { ...ran, document: JSON.parse(read(`${letter}.json`)) as Document };
}

/** A document without what the machine puts into it. */
function bare({ cpuSeconds: _, ...document }: Document): Document {
  return document;
}

describe('two scenarios', () => {
  const seeds = ['--seeds', '0..3'];
  const both = run('b', [calm, plain], ...seeds);
  const [one, other] = [run('o', [calm], ...seeds), run('p', [plain], ...seeds)];
  const joined = (name: string) => read(`o.${name}`) + read(`p.${name}`);

  test('are told as each alone is, in all bytes, and the worst verdict counts', () => {
    expect([one.status, other.status, both.status]).toEqual([0, 1, 1]);
    const { runs, ...rest } = both.document as Readonly<{ runs: readonly Document[] }>;
    expect(rest).toEqual({ schemaVersion: 1, verdict: 'violated' });
    expect(runs.map(bare)).toEqual([bare(one.document), bare(other.document)]);
    expect(read('b.ndjson')).toBe(joined('ndjson'));
    expect(read('b.shard')).toBe(joined('shard'));
    const [head, sum] = both.stdout.split('scenario  verdict');
    expect(head).toBe(`${one.stdout}\n${other.stdout}\n`);
    expect(sum).toMatch(/^ +judged +asked\ncalm +holds +4 +4\nplain +violated +4 +4\n\n/);
    expect(sum).toMatch(/\nVIOLATED {2}2 scenarios: violated 1, holds 1\n$/);
  });

  test('are two suites of one document, and two sections of one text', () => {
    const suites = within(parseXml(read('b.junit')), 'testsuite');
    expect(suites.map(({ attributes }) => attributes['name'])).toEqual(['calm', 'plain']);
    expect(suites).toEqual(
      ['o', 'p'].flatMap((letter) => within(parseXml(read(`${letter}.junit`)), 'testsuite')),
    );
    const end = '\n## VIOLATED: 2 scenarios\n';
    expect(read('b.markdown').split(end)[0]).toBe(`${read('o.markdown')}\n${read('p.markdown')}`);
    expect(read('b.markdown')).toContain('\n| plain | violated | 4 | 4 |\n');
  });

  test('say nothing of each other when they are quiet, and dots stay with their scenario', () => {
    expect(flinch(['run', calm, short, '--seeds', '0..1', '-q']).stdout).toMatch(
      /^HOLDS {2}calm\nINCONCLUSIVE {2}short\n(?: .*\n)+INCONCLUSIVE {2}2 scenarios: .*\n$/,
    );
    const { stdout } = flinch(['run', calm, plain, '--seeds', '0..1', '--reporter', 'dot']);
    expect(stdout).toMatch(/^\.\.\nHOLDS {2}calm\n[^]*\n\n[.F]{2}\nVIOLATED {2}plain\n/);
  });

  test('are merged from their parts, whether those share files or not', () => {
    const part = (letter: string, index: number, names: readonly string[]) =>
      run(`${letter}${index}`, names, ...seeds, '--shard', `${index}/2`);
    for (const index of [1, 2]) part('s', index, [calm, plain]);
    part('t', 2, [plain]);
    const merged = (...names: readonly string[]) => {
      const args = ['merge', ...names, '--reporter', 'json=m.json,ndjson=m.ndjson,default'];
      const { status, stdout } = flinch(args);
      const document = JSON.parse(read('m.json')) as Readonly<{ runs: readonly Document[] }>;
      return { status, stdout, runs: document.runs.map(bare) };
    };
    const { runs } = both.document as Readonly<{ runs: readonly Document[] }>;
    const whole = merged('s2.shard', 's1.shard');
    expect(whole).toMatchObject({ status: 1, runs: runs.map(bare) });
    expect(whole.stdout).toMatch(/VIOLATED {2}2 scenarios: violated 1, holds 1\n$/);
    expect(read('m.ndjson')).toBe(read('b.ndjson'));
    expect(merged('s1.shard', 's2.shard', 't2.shard').runs).toEqual(whole.runs);
    const gap = merged('s1.shard', 't2.shard');
    expect(gap.runs).toMatchObject([{ verdict: 'inconclusive' }, { verdict: 'violated' }]);
    expect(gap.stdout).toContain('  2 seeds are missing; part 2 of 2 is not here\n');
  });

  test('share a mutant, and what they keep stands apart', () => {
    const mutant = ['--mutant', 'restore-second-newest', '--workers', '1', '--out', 'bugs'];
    const small = scenario('small.yaml', { laws: ['checkpoint-order'] });
    const named = { name: 'second', laws: ['checkpoint-order'] };
    const args = ['run', small, scenario('second.yaml', named), '--seed', '4', ...mutant, '--json'];
    const { status, stdout } = flinch(args);
    expect(status).toBe(1);
    const { runs } = JSON.parse(stdout) as { runs: { failures: { folder: string }[] }[] };
    expect(runs.map(({ failures }) => failures[0]?.folder)).toEqual([
      'bugs/small-seed-4-restore-second-newest',
      'bugs/second-seed-4-restore-second-newest',
    ]);
  });
});

test('the mistakes of all files are told before any seed is judged', () => {
  const wrong = scenario('wrong.yaml', { name: 'wrong', cluster: { taskManagers: 0 } });
  const twin = scenario('twin.yaml', { name: 'calm' });
  const coded = join(root, 'scenarios/timers.yaml');
  const names = [calm, wrong, 'none.yaml', `./${calm}`, twin, coded];
  const { status, stdout, stderr } = flinch(['run', ...names, '--seed', '1']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^wrong\.yaml:\d+:\d+: cluster\.taskManagers: /),
    'none.yaml: no such file; name a scenario file',
    './calm.yaml: is named twice; name it once',
    'twin.yaml: its name is calm, as that of calm.yaml; rename one',
    expect.stringMatching(/timers\.yaml: names code of the user, .* with --allow-code only$/),
    '',
  ]);
});

test('a trace is one of one scenario', () => {
  const { status, stderr } = flinch(['run', calm, plain, '--seed', '1', '--itf', 'a.json']);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: '--itf writes the trace of one run; name one scenario\n',
  });
});

test('a folder stands for the YAML files in it', () => {
  mkdirSync(join(folder, 'jobs/deeper'), { recursive: true });
  for (const [name, file] of [
    ['b', 'jobs/b.yml'],
    ['a', 'jobs/a.yaml'],
    ['c', 'jobs/deeper/c.yaml'],
  ] as const)
    scenario(file, { name, laws: ['progress'], data: { records: 50 } });
  writeFileSync(join(folder, 'jobs/scenario.schema.json'), '{}');
  const { status, stdout } = flinch(['run', 'jobs', '--seed', '1', '-q']);
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: 'HOLDS  a\nHOLDS  b\nHOLDS  2 scenarios: holds 2\n',
  });
});

test('a time budget is shared, and each scenario says how to go on', () => {
  const args = ['--seeds', '0..99999', '--time-budget', '1s', '--workers', '1', '--json'];
  const { status, stdout, stderr } = flinch(['run', calm, short, ...args]);
  expect(status).toBe(4);
  const { runs } = JSON.parse(stdout) as { runs: { seeds: { judged: number } }[] };
  const judged = runs.map(({ seeds }) => seeds.judged);
  expect(Math.min(...judged)).toBeGreaterThan(0);
  for (const [index, name] of ['calm', 'short'].entries())
    expect(stderr).toContain(`run ${name}.yaml --seeds ${judged[index] ?? 0}..99999\n`);
  expect(stderr).toMatch(/^calm: inconclusive: the time budget was spent after/m);
});

test('Ctrl-C keeps what was judged of all, and says how to judge the rest of all', async () => {
  const args = ['run', calm, plain, '--seeds', '0..99999', '--workers', '1'];
  const child = spawn(
    process.execPath,
    [command, ...args, '--reporter', 'dot,json=cut.json,ndjson=cut.ndjson'],
    { cwd: folder },
  );
  let err = '';
  child.stderr.on('data', (text) => (err += String(text)));
  child.stdout.once('data', () => child.kill('SIGINT'));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(130);
  const { runs, ...rest } = JSON.parse(read('cut.json')) as Readonly<{
    runs: readonly Readonly<{ seeds: { judged: number } }>[];
  }>;
  expect(rest).toMatchObject({ verdict: 'inconclusive', interrupted: true });
  expect(runs).toMatchObject([{ interrupted: true }, { interrupted: true, seeds: { judged: 0 } }]);
  const { judged } = runs[0]?.seeds ?? { judged: 0 };
  expect(judged).toBeGreaterThan(0);
  const marks = read('cut.ndjson')
    .split('\n')
    .filter((line) => line.includes('"interrupted"'));
  expect(marks.map((line) => (JSON.parse(line) as Document)['scenario'])).toEqual([
    'calm',
    'plain',
  ]);
  const lines = err.split('\n').filter((line) => line.startsWith('go on with: '));
  expect(lines).toEqual([
    expect.stringMatching(/ run calm\.yaml --seeds \d+\.\.99999$/),
    expect.stringMatching(/ run plain\.yaml --seeds 0\.\.99999$/),
  ]);
});
