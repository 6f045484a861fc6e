/** `flinch run` as a user and a CI job meet it. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeItfTrace } from 'tla-json-export';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { entryOf } from '../../src/history/codec.js';
import { command, plainSink, root, small, stage } from './stage.js';

const { folder, flinch, scenario, clear } = stage();

afterAll(clear);

type Failure = Readonly<{ seed: string; folder: string; fingerprint: string }>;
type Document = Readonly<{
  verdict: string;
  seeds: Readonly<{ asked: number; judged: number }>;
  fingerprint: string;
  laws: Readonly<Record<string, Readonly<{ judged: number }>>>;
  failures: readonly [Failure, ...Failure[]];
  moments: Readonly<Record<string, number>>;
  simulatedSeconds: number;
  cpuSeconds: number;
}>;

const failing = { file: '', seed: '', folder: '' };

beforeAll(() => {
  failing.file = scenario('plain.yaml', plainSink);
  const { stdout } = flinch(['run', 'plain.yaml', '--seeds', '0..9', '--json']);
  const [{ seed, folder: left }] = (JSON.parse(stdout) as Document).failures;
  Object.assign(failing, { seed, folder: left });
});

function json(...args: string[]) {
  const { status, stdout, stderr } = flinch(['run', ...args, '--json']);
  return { status, stderr, document: JSON.parse(stdout) as Document };
}

test('laws that hold give exit 0 and a document of the published form', () => {
  const { status, document, stderr } = json(small, '--seeds', '3..5');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(Object.keys(document)).toEqual([
    ...['schemaVersion', 'scenario', 'verdict', 'seeds', 'fingerprint', 'laws', 'failures'],
    ...['moments', 'events', 'simulatedSeconds', 'cpuSeconds'],
    ...['recovery', 'failover', 'checkpoints', 'configuration'],
  ]);
  expect(document).toMatchObject({
    schemaVersion: 1,
    scenario: 'small',
    verdict: 'holds',
    seeds: { asked: 3, judged: 3 },
    fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    laws: { 'consistent-cut': { holds: 3, violated: 0, unknown: 0, vacuous: false } },
    failures: [],
  });
  expect(document.laws['consistent-cut']?.judged).toBeGreaterThan(0);
  expect(document.moments['completed']).toBeGreaterThan(0);
  expect(document.simulatedSeconds).toBeGreaterThan(0);
  expect(document.cpuSeconds).toBeGreaterThan(0);
});

test('any number of workers gives the same document', () => {
  const documents = ['0', '1', '2'].map((workers) => {
    const { status, document } = json('plain.yaml', '--seeds', '0..5', '--workers', workers);
    return { ...document, status, cpuSeconds: 0 };
  });
  expect(documents[1]).toEqual(documents[0]);
  expect(documents[2]).toEqual(documents[0]);
});

test('the result of one seed fits a screen, and depends on nothing but the seed', () => {
  const first = flinch(['run', small, '--seed', 'a "strange" seed/é']);
  expect(first.status).toBe(0);
  expect(first.stderr).toBe('');
  expect(first.stdout).toMatch(/^HOLDS {2}small\n {2}configuration: .*\nseeds: 1 of 1 judged\n/);
  expect(first.stdout.split('\n').length).toBeLessThan(48);
  expect(flinch(['run', small, '--seed', 'a "strange" seed/é']).stdout).toBe(first.stdout);
});

test('without a seed one is drawn and printed first; SIM_SEED goes before that', () => {
  const drawn = flinch(['run', small]);
  const seed = /^seed: ([0-9a-f]{16}) \(drawn\)\n$/.exec(drawn.stderr)?.[1] ?? '';
  expect(flinch(['run', small, '--seed', seed]).stdout).toBe(drawn.stdout);

  const named = flinch(['run', small], { SIM_SEED: seed });
  expect(named.stderr).toBe(`seed: ${seed} (from SIM_SEED)\n`);
  expect(named.stdout).toBe(drawn.stdout);
});

type Row = Readonly<{ phase: string; samples: number; maxSeed: string }> &
  Readonly<Record<'medianMillis' | 'p95Millis' | 'p99Millis' | 'maxMillis', number>>;
type Tables = Readonly<Record<'recovery' | 'failover' | 'checkpoints', { rows: readonly Row[] }>>;

test('the tables of phases are those of the document, whoever judged the seeds', () => {
  const args = ['run', small, '--seeds', '0..11', '--workers'];
  const [one, two] = ['1', '2'].map((workers) => flinch([...args, workers]).stdout);
  expect(two).toBe(one);
  const document = JSON.parse(flinch([...args, '2', '--json']).stdout) as Tables;
  const tables = [document.recovery, document.failover, document.checkpoints];
  const shown = (one ?? '').split('\n').filter((line) => /^ {2}[a-z ]+ {2,}\d+ /.test(line));
  const wanted = tables.flatMap(({ rows }) =>
    rows.map(({ phase, samples, maxSeed, ...of }) => {
      const times = [of.medianMillis, of.p95Millis, of.p99Millis, of.maxMillis];
      const name = phase.replace('caughtUp', 'caught up').replace('endToEnd', 'end to end');
      return [name, samples, ...times.map((time) => time.toFixed(1)), maxSeed].join(' ');
    }),
  );
  expect(shown.map((line) => line.trim().replace(/ +/g, ' '))).toEqual(wanted);
  const [seed = ''] = document.recovery.rows.slice(-1).map(({ maxSeed }) => maxSeed);
  expect(one).toMatch(new RegExp(`flinch.js run \\S+/small.yaml --seed ${seed}\n`));
  const again = JSON.parse(flinch(['run', small, '--seed', seed, '--json']).stdout) as Tables;
  expect(again.recovery.rows.at(-1)?.maxMillis).toBe(document.recovery.rows.at(-1)?.maxMillis);
});

type Said = { outcome: string; violation: { proof: unknown[] } | null };

test('a violation gives exit 1, a report, and a folder that holds everything', () => {
  const { status, stdout } = flinch(['run', 'plain.yaml', '--seed', failing.seed]);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^VIOLATED {2}plain\n/);
  expect(stdout).toContain(`exactly-once is violated in seed ${failing.seed} at `);
  for (const title of ['what proves it:', 'faults of the plan:', 'replay:'])
    expect(stdout).toContain(`\n${title}\n`);
  expect(stdout).toContain(`/dist/cli/flinch.js replay ${failing.folder}\n`);

  const names = [
    'configuration.yaml',
    'history.jsonl.gz',
    'plan.json',
    'replay.txt',
    'short.log',
    'verdict.json',
  ];
  const inside = join(folder, failing.folder);
  expect(readdirSync(inside).sort()).toEqual(names);
  expect(readdirSync(join(folder, 'flinch-out')).filter((name) => /part/.test(name))).toEqual([]);
  const text = (name: string) => readFileSync(join(inside, name), 'utf8');
  expect(text('replay.txt')).toMatch(
    new RegExp(`^node \\S+/dist/cli/flinch.js replay ${failing.folder}\n$`),
  );
  expect(JSON.parse(text('plan.json'))).toMatchObject({
    folderVersion: 1,
    engineSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    mutant: null,
    data: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    plan: { seed: failing.seed, scenario: { name: 'plain' } },
  });
  const verdict = JSON.parse(text('verdict.json')) as { laws: readonly Said[] };
  expect(verdict).toMatchObject({ seed: failing.seed, verdict: 'violated', error: '' });
  const broken = verdict.laws.find(({ outcome }) => outcome === 'violated');
  expect(broken?.violation?.proof.length).toBeGreaterThan(0);
  const lines = gunzipSync(readFileSync(join(inside, 'history.jsonl.gz')))
    .toString()
    .trimEnd()
    .split('\n');
  const kinds = lines.map((line, index) => entryOf(line, index + 1).kind);
  expect(kinds).toContain('entered');
  expect(text('short.log')).toContain(' rowsVisible ');
  expect(text('short.log')).not.toContain(' entered ');
});

test('a second run writes the same bytes', () => {
  const bytes = () =>
    readdirSync(join(folder, failing.folder)).map((name) =>
      readFileSync(join(folder, failing.folder, name), 'base64'),
    );
  const before = bytes();
  flinch(['run', 'plain.yaml', '--seed', failing.seed]);
  expect(bytes()).toEqual(before);
});

test('--max-failures bounds the folders, not the failures', () => {
  const args = ['plain.yaml', '--seeds', '0..9', '--max-failures', '1', '--out', 'few'];
  const { document } = json(...args);
  expect(document.failures.length).toBeGreaterThan(1);
  const [first, second] = document.failures;
  expect(first.folder).toBe(`few/plain-seed-${first.seed}`);
  expect(second).toMatchObject({
    folder: null,
    replay: expect.stringMatching(
      new RegExp(`^node \\S+/dist/cli/flinch.js run plain.yaml --seed ${second?.seed}$`),
    ),
    shrunkFaults: null,
    expected: false,
  });
  expect(readdirSync(join(folder, 'few'))).toEqual([`plain-seed-${first.seed}`]);
});

test('--itf writes the coordinator of one seed as a trace, the same bytes each time', () => {
  const args = ['run', small, '--seed', '7', '--itf', 'traces/7.itf.json'];
  const { status, stderr } = flinch([...args, '-v']);
  expect(status).toBe(0);
  const text = () => readFileSync(join(folder, 'traces/7.itf.json'), 'utf8');
  const before = text();
  const trace = decodeItfTrace(before);
  expect(stderr).toBe(`trace: traces/7.itf.json, ${trace.states.length} states\n`);
  expect(trace.meta).toMatchObject({ scenario: 'small', seed: '7', mutant: null });
  expect(trace.vars).toContain('pending');

  const again = flinch([...args, '--json']);
  expect((JSON.parse(again.stdout) as Document).verdict).toBe('holds');
  expect(text()).toBe(before);
  expect(readdirSync(join(folder, 'traces'))).toEqual(['7.itf.json']);
});

test('--itf tells of a seed that fails, too, and with a mutant', () => {
  const mutant = 'restore-second-newest';
  const args = [small, '--seed', '7', '--mutant', mutant, '--out', 'traced', '--itf', 'bad.json'];
  const { status, document } = json(...args);
  expect(status).toBe(1);
  const { meta, states } = decodeItfTrace(readFileSync(join(folder, 'bad.json'), 'utf8'));
  expect(meta).toMatchObject({ mutant, fingerprint: document.failures[0].fingerprint });
  const wrong = states.filter(({ values }) => {
    const [restored, retained] = [values.get('restored'), values.get('retained')];
    if (restored?.kind !== 'int' || retained?.kind !== 'set') return false;
    const newest = retained.elements.at(-1);
    return newest?.kind === 'int' && restored.value > 0n && restored.value < newest.value;
  });
  expect(wrong.length).toBeGreaterThan(0);
});

test('an expected violation is met when it happens, and only then', () => {
  scenario('expects.yaml', { ...plainSink, expect: { 'exactly-once': 'violated' } });
  const met = json('expects.yaml', '--seeds', '0..9', '--out', 'expected');
  expect(met.status).toBe(0);
  expect(met.document.verdict).toBe('holds');
  expect(met.document.failures[0]).toMatchObject({ expected: true, law: 'exactly-once' });
  expect(existsSync(join(folder, met.document.failures[0].folder, 'plan.json'))).toBe(true);

  scenario('holds.yaml', { expect: { 'exactly-once': 'violated' } });
  const unmet = json('holds.yaml', '--seeds', '0..1');
  expect(unmet.status).toBe(1);
  expect(unmet.document).toMatchObject({ verdict: 'violated', failures: [] });
  expect(unmet.stderr).toContain('exactly-once was expected to be violated and was not');
});

test('what cannot be judged is inconclusive', () => {
  scenario('short.yaml', { budget: { events: 200 } });
  const { status, stdout } = flinch(['run', 'short.yaml', '--seeds', '0..2']);
  expect(status).toBe(4);
  expect(stdout).toMatch(/^INCONCLUSIVE {2}small\n/);
  expect(stdout).toContain('3 seeds spent the budget of the simulation before the end');
  expect(stdout).toContain('judged nothing in any seed: consistent-cut');
});

test('a time budget that ends before the range does is inconclusive', () => {
  const { status, document, stderr } = json(small, '--seeds', '0..99999', '--time-budget', '1ms');
  expect(status).toBe(4);
  expect(document.verdict).toBe('inconclusive');
  expect(document.seeds.asked).toBe(100_000);
  expect(document.seeds.judged).toBeGreaterThan(0);
  expect(stderr).toContain('the time budget was spent after');
});

test('a time budget alone judges as many seeds as fit, from 0 upwards', () => {
  const few = json(small, '--time-budget', '1ms', '--workers', '0');
  expect(few.status).toBe(4);
  const { judged, asked } = few.document.seeds;
  expect(asked).toBe(judged);
  const enough = json(small, '--time-budget', '1ms', '--workers', '0', '--min-seeds', '1');
  expect(enough.status).toBe(0);
  const range = json(small, '--seeds', `0..${judged - 1}`);
  expect(range.document.fingerprint).toBe(few.document.fingerprint);
});

test('a mutant runs in workers, is recorded, and is found', () => {
  const args = ['--mutant', 'buffer-behind-barrier-forgotten', '--seeds', '0..9'];
  const { status, document } = json(small, ...args, '--max-failures', '1', '--workers', '1');
  expect(status).toBe(1);
  const [failure] = document.failures;
  const suffix = '-buffer-behind-barrier-forgotten';
  expect(failure.folder).toBe(`flinch-out/small-seed-${failure.seed}${suffix}`);
  const again = flinch(['replay', failure.folder, '--json']);
  expect(again.status).toBe(1);
  expect(JSON.parse(again.stdout)).toMatchObject({
    fingerprint: failure.fingerprint,
    expected: failure.fingerprint,
    engine: 'same',
  });
});

test.each([
  [['run', 'nowhere.yaml'], 'nowhere.yaml: no such file; name a scenario file'],
  [['run', 'flinch-out'], 'flinch-out: is a folder without *.yaml; name a scenario file'],
  [['run', small, '--seed='], '--seed is empty'],
  [['run', small, '--seed', '1', '--seed', '2'], '--seed is given more than once.'],
  [['run', small, '--seed', '1', '--seeds', '0..1'], '--seed and --seeds exclude each other'],
  [['run', small, '--seeds', '0..1', '--itf', 'a.json'], '--itf writes the trace of one run'],
  [['run', small, '--time-budget', '1s', '--itf', 'a.json'], 'name one seed with --seed'],
  [['run', small, '--itf', 'plain.yaml/a.json'], 'see --itf'],
  [['run', small, '--itf', '.'], '.: cannot be written: '],
  [['run', small, '--mutant', 'unheard-of'], 'there are aborted-stays-in-progress'],
])('bad input %j ends with 2 and one clear line', (args, message) => {
  const { status, stdout, stderr } = flinch(args, { SIM_SEED: '1' });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
});

test('mistakes in a scenario are told with their places', () => {
  scenario('wrong.yaml', { job: { operators: [{ uid: 'a', source: 'flights', width: 3 }] } });
  const { status, stderr } = flinch(['run', 'wrong.yaml', '--seed', '1']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^wrong\.yaml:\d+:\d+: job\.operators\.0\.width: there is no such field/m);
});

test('a data file that is missing, or not as long as asked, is named', () => {
  scenario('no-data.yaml', { data: { file: 'none.json' } });
  expect(flinch(['run', 'no-data.yaml', '--seed', '1'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('none.json: no such data file'),
  });
  scenario('long.yaml', { data: { records: 20_001 } });
  expect(flinch(['run', 'long.yaml', '--seed', '1']).stderr).toContain('has 20000 rows');
});

test('a folder that cannot be written is the user to know', () => {
  const args = ['run', 'plain.yaml', '--seed', failing.seed, '--out', 'plain.yaml'];
  const { status, stderr } = flinch(args);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^plain\.yaml\/plain-seed-\w+: cannot be written: .*see --out\n$/);
});

type Ended = Readonly<{ code: number | null; out: string; err: string }>;

function spawned(args: string[], act: (child: ReturnType<typeof spawn>) => void): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, SIM_SEED: '1' };
    const child = spawn(process.execPath, [command, ...args], { cwd: folder, env });
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => (out += String(text)));
    child.stderr.on('data', (text) => (err += String(text)));
    child.on('close', (code) => resolve({ code, out, err }));
    act(child);
  });
}

test('a reader that closes the pipe early changes neither the exit code nor stderr', async () => {
  const args = ['run', 'plain.yaml', '--seed', failing.seed, '--json'];
  const { code, err } = await spawned(args, (child) => child.stdout?.destroy());
  expect({ code, err }).toEqual({
    code: 1,
    err: 'violated: exactly-once is violated in 1 seed\n',
  });
});

test('Ctrl-C keeps what was judged and ends with 130', async () => {
  const args = ['run', small, '--time-budget', '10m', '--json', '--workers', '2'];
  const { code, out, err } = await spawned(args, (child) => {
    child.stderr?.once('data', () => child.kill('SIGINT'));
  });
  expect(code).toBe(130);
  expect(JSON.parse(out)).toMatchObject({ verdict: 'inconclusive' });
  expect(err).toContain('SIM_SEED is left aside');
  expect(err).toContain('interrupted after');
});

test('a range that was not judged to its end says how to go on', () => {
  const flags = ['--seeds', '0..999999', '--shard', '2/3', '--time-budget', '1s', '--workers', '1'];
  const { status, stdout, stderr } = flinch(['run', small, ...flags, '--json']);
  expect(status).toBe(4);
  const { judged } = (JSON.parse(stdout) as { seeds: { judged: number } }).seeds;
  expect(judged).toBeGreaterThan(0);
  const rest = `--seeds ${3 * judged}..999999 --shard 2/3`;
  expect(stderr).toMatch(new RegExp(`^go on with: .* run \\S+small.yaml ${rest}$`, 'm'));
});

test('the help of a command has examples to copy', () => {
  const { stdout } = flinch(['run', '--help']);
  expect(stdout).toContain('flinch run scenarios/small.yaml --seeds 0..999');
  expect(existsSync(join(root, 'scenarios/small.yaml'))).toBe(true);
});
