/** The corpus: what failed once is stored, goes first in the next run, and each report says so. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { parseXml, within } from '../fixtures/xml.js';
import { plainSink, stage } from './stage.js';

const { folder, flinch, scenario, clear } = stage();
afterAll(clear);

// One law, so that a seed is quick to judge.
const plain = scenario('plain.yaml', { ...plainSink, laws: ['exactly-once'] });
const calm = scenario('calm.yaml', { name: 'calm', laws: ['progress'], data: { records: 100 } });

type Plan = Readonly<{ plan: string; verdict: string; folder: string | null; replay: string }>;
type Document = Readonly<{
  verdict: string;
  seeds: Readonly<{ asked: number; judged: number }>;
  failures: readonly Readonly<{ seed: string }>[];
  corpus: Readonly<{ plans: readonly Plan[]; stored: readonly string[] }>;
}>;

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = flinch(['run', ...args, '--json']);
  return { status, stderr, document: JSON.parse(stdout) as Document };
}

const seeds = ['--seeds', '0..4'];
let stored: readonly string[] = [];
let failing: readonly string[] = [];
/** A seed that breaks nothing. */
let good = '';
let texts: ReadonlyMap<string, string> = new Map();

beforeAll(() => {
  const { status, document } = run(plain, '--seeds', '0..9', '--corpus', 'new/first');
  failing = [...new Set(document.failures.map(({ seed }) => seed))];
  ({ stored } = document.corpus);
  good =
    Array.from({ length: 10 }, (_, seed) => `${seed}`).find((seed) => !failing.includes(seed)) ??
    '';
  expect(status).toBe(1);
  const inside = readdirSync(join(folder, 'new/first'));
  texts = new Map(
    inside.map((name) => [name, readFileSync(join(folder, 'new/first', name), 'utf8')]),
  );
});

/** Fills the folder `corpus` with two stored plans, each as an edit leaves it. */
function fill(edit: (file: Json, index: number) => void = () => undefined): readonly string[] {
  const names = stored.slice(0, 2);
  for (const [index, name] of names.entries()) {
    const file = JSON.parse(texts.get(name) ?? '') as Json;
    edit(file, index);
    writeFileSync(join(folder, 'corpus', name), JSON.stringify(file));
  }
  return names;
}

type Json = Record<string, unknown> & {
  plan: Record<string, unknown>;
  data: Record<string, unknown>;
};

beforeEach(() => {
  rmSync(join(folder, 'corpus'), { recursive: true, force: true });
  mkdirSync(join(folder, 'corpus'));
});

test('each failing plan is stored once, as a plan file that is named by what it holds', () => {
  expect(failing.length).toBeGreaterThan(2);
  expect([...texts.keys()].sort()).toEqual(stored);
  expect(stored).toHaveLength(failing.length);
  for (const [name, text] of texts) {
    expect(name).toMatch(/^plain-[0-9a-f]{16}\.json$/);
    const { folderVersion, mutant, data, plan } = JSON.parse(text) as Json;
    expect({ folderVersion, mutant, folder: data['folder'] }).toEqual({
      folderVersion: 1,
      mutant: null,
      folder: '../..',
    });
    expect(failing).toContain(plan['seed']);
  }
  const { document } = run(plain, '--seed', failing[0] ?? '', '--corpus', 'new/first');
  expect(document.corpus.stored).toEqual([]);
  expect(document.corpus.plans.map(({ plan }) => plan)).toEqual(stored);
  const inside = readdirSync(join(folder, 'new/first'));
  expect(
    new Map(inside.map((name) => [name, readFileSync(join(folder, 'new/first', name), 'utf8')])),
  ).toEqual(texts);
});

test('a plan that still fails fails the run, and leaves a folder that replays it', () => {
  const names = fill((file, index) => {
    if (index === 1) file.plan['faults'] = [];
  });
  const { status, document } = run(plain, '--seed', good, '--corpus', 'corpus');
  expect(status).toBe(1);
  expect(document).toMatchObject({
    verdict: 'violated',
    seeds: { asked: 1, judged: 1 },
    failures: [],
  });
  const [name = ''] = names;
  const kept = `flinch-out/corpus-${name.replace('.json', '')}`;
  expect(document.corpus).toMatchObject({
    plans: [
      { plan: name, verdict: 'violated', laws: ['exactly-once'], folder: kept },
      { plan: names[1], verdict: 'holds', laws: [], folder: null },
    ],
    stored: [],
  });
  const { stdout } = flinch(['replay', kept, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'violated', engine: 'same' });
  const few = run(plain, '--seed', good, '--corpus', 'corpus', '--max-failures', '0');
  const { folder: none, replay = '' } = few.document.corpus.plans[0] ?? {};
  expect(none).toBe(null);
  expect(replay).toMatch(/ run plain\.yaml --seed \d+ --corpus corpus$/);
});

test('every report tells the plans, on any number of workers', () => {
  const names = fill((file, index) => {
    if (index === 0) file.plan['faults'] = [];
  });
  const reports = ['json', 'ndjson', 'junit', 'markdown', 'github', 'shard'];
  const told = ['0', '2'].map((workers) => {
    const files = reports.map((name) => `${name}=r.${name}`).join(',');
    const args = ['--seed', good, '--corpus', 'corpus', '--workers', workers];
    const { stdout } = flinch(['run', plain, ...args, '--reporter', `default,${files}`]);
    const read = (name: string): string => readFileSync(join(folder, `r.${name}`), 'utf8');
    return [stdout, ...reports.map((name) => read(name).replace(/"cpuSeconds": [\d.]+/, ''))];
  });
  expect(told[1]).toEqual(told[0]);
  const [text = '', , ndjson = '', junit = '', markdown, github] = told[0] ?? [];
  const [first = '', second = ''] = names;
  expect(text).toContain('  exactly-once is violated in 1 plan of the corpus\n');
  expect(text).toMatch(
    new RegExp(
      `\ncorpus: violated 1, holds 1\n  ${second}  violated: exactly-once: .*\n    node .*\n` +
        `  holds now: ${first}\n`,
    ),
  );
  expect(ndjson.split('\n').slice(0, 3)).toEqual([
    expect.stringContaining(`"scenario":"plain","plan":"${first}","verdict":"holds"`),
    expect.stringContaining(`"scenario":"plain","plan":"${second}","verdict":"violated"`),
    expect.stringContaining(`"scenario":"plain","seed":"${good}","verdict":"holds"`),
  ]);
  const cases = within(parseXml(junit), 'testcase').map(({ attributes, children }) => [
    attributes['name'],
    children.map(({ name }) => name).join(),
  ]);
  expect(cases).toEqual([
    [`corpus ${first}`, ''],
    [`corpus ${second}`, 'failure'],
    ['exactly-once', ''],
  ]);
  expect(markdown).toContain(
    `\n- plans: violated 1, holds 1\n- ${second} violated: \`exactly-once: `,
  );
  expect(github).toMatch(
    /^::error file=plain\.yaml,line=\d+,title=exactly-once is violated::.*\n$/,
  );
});

test('a scenario has its own plans, and those of others are left alone', () => {
  const names = fill();
  const own = run(calm, '--seed', '1', '--corpus', 'corpus');
  expect(own).toMatchObject({ status: 0, document: { corpus: { plans: [], stored: [] } } });
  const both = flinch(['run', calm, plain, '--seed', good, '--corpus', 'corpus', '--json']);
  expect(both.status).toBe(1);
  const { runs } = JSON.parse(both.stdout) as { runs: Document[] };
  expect(runs.map(({ corpus }) => corpus.plans.map(({ plan }) => plan))).toEqual([[], names]);
});

test('what is expected is no failure, of a seed or of a plan', () => {
  const expected = { ...plainSink, laws: ['exactly-once'], expect: { 'exactly-once': 'violated' } };
  scenario('expects.yaml', { ...expected, name: 'expects' });
  const { status, document } = run('expects.yaml', ...seeds, '--corpus', 'corpus');
  expect(status).toBe(0);
  expect(document.failures.length).toBeGreaterThan(0);
  expect(document.corpus.stored).toEqual([]);
  fill((file) => {
    Object.assign(file.plan['scenario'] as Json, { expect: { 'exactly-once': 'violated' } });
  });
  const held = run(plain, '--seed', good, '--corpus', 'corpus');
  expect(held.status).toBe(0);
  expect(held.document.corpus.plans.map(({ verdict }) => verdict)).toEqual(['holds', 'holds']);
});

test('a mutant is asked for the plans, and none of its own is stored', () => {
  scenario('small.yaml', { laws: ['checkpoint-order'] });
  const bug = ['--mutant', 'restore-second-newest', '--workers', '1'];
  expect(run('small.yaml', '--seed', '4', ...bug, '--corpus', 'corpus')).toMatchObject({
    status: 1,
    document: { corpus: { plans: [], stored: [] } },
  });
  expect(readdirSync(join(folder, 'corpus'))).toEqual([]);
  const kept = 'flinch-out/small-seed-4-restore-second-newest/plan.json';
  writeFileSync(join(folder, 'corpus', 'found.json'), readFileSync(join(folder, kept)));
  expect(run('small.yaml', '--seed', '4', '--corpus', 'corpus')).toMatchObject({
    status: 0,
    document: { corpus: { plans: [{ plan: 'found.json', verdict: 'holds' }] } },
  });
  expect(run('small.yaml', '--seed', '0', ...bug, '--corpus', 'corpus')).toMatchObject({
    status: 1,
    document: {
      corpus: {
        plans: [
          {
            verdict: 'violated',
            folder: 'flinch-out/corpus-found-restore-second-newest',
          },
        ],
      },
    },
  });
});

test('the first part of a campaign runs the plans, every part stores its own', () => {
  const [name = ''] = fill();
  rmSync(join(folder, 'corpus', stored[1] ?? ''));
  const parts = [1, 2].map((index) => {
    const args = ['--shard', `${index}/2`, '--reporter', `shard=${index}.jsonl,json=${index}.json`];
    flinch(['run', plain, ...seeds, '--corpus', 'corpus', ...args]);
    return (JSON.parse(readFileSync(join(folder, `${index}.json`), 'utf8')) as Document).corpus;
  });
  expect(parts.map(({ plans }) => plans.map(({ plan }) => plan))).toEqual([[name], []]);
  for (const corpus of parts) expect(corpus.stored.length).toBeGreaterThan(0);
  const { status, stdout } = flinch(['merge', '2.jsonl', '1.jsonl', '1.jsonl', '--json']);
  expect(status).toBe(1);
  const { corpus } = JSON.parse(stdout) as Document;
  expect(corpus.plans).toEqual(parts[0]?.plans);
  expect(corpus.stored).toEqual(parts.flatMap((part) => part.stored).sort());
  const text = readFileSync(join(folder, '1.jsonl'), 'utf8');
  writeFileSync(
    join(folder, 'other.jsonl'),
    text.replace(/"fingerprint":"\w+","faults":\d,"mess/, '"fingerprint":"","faults":1,"mess'),
  );
  const differing = flinch(['merge', '1.jsonl', '2.jsonl', 'other.jsonl', '-q']);
  expect(differing.status).toBe(3);
  expect(differing.stdout).toContain(
    `  ${name}  nondeterministic: it came out otherwise in two files\n`,
  );
});

const remedy = 'delete the file, or run it with the version of flinch that wrote it';

test.each<[string, (file: Json) => void]>([
  ['folderVersion: is 2; it must be 1', (file) => (file['folderVersion'] = 2)],
  ['plan.planVersion: is 3; it must be one of 1, 2', (file) => (file.plan['planVersion'] = 3)],
  ['plan.faults: is missing; it must be a list', (file) => delete file.plan['faults']],
  ['plan.scenario: is missing; it must be a mapping', (file) => Object.assign(file, { plan: {} })],
  [
    'plan.scenario.laws: is 1; it must be a list',
    (file) => Object.assign(file.plan['scenario'] as Json, { laws: 1 }),
  ],
  ['its data is another since it was stored', (file) => (file.data['sha256'] = 'other')],
])('a plan that fits no more is a mistake: %s', (message, edit) => {
  const [first = '', second = ''] = fill(edit);
  const { status, stdout, stderr } = flinch(['run', plain, '--seed', '0', '--corpus', 'corpus']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  for (const name of [first, second]) expect(stderr).toContain(`corpus/${name}`);
  expect(stderr).toContain(message);
  expect(stderr.split(remedy)).toHaveLength(3);
});

test('a file that is no JSON, and a folder that is none', () => {
  writeFileSync(join(folder, 'corpus', 'torn.json'), '{');
  writeFileSync(join(folder, 'corpus', 'half.json.7.part'), '{');
  const torn = flinch(['run', plain, '--seed', '0', '--corpus', 'corpus']);
  expect(torn.status).toBe(2);
  expect(torn.stderr).toMatch(new RegExp(`^corpus/torn\\.json: not JSON: .*; ${remedy}\n$`));
  const file = flinch(['run', plain, '--seed', '0', '--corpus', plain]);
  expect(file).toMatchObject({ status: 2, stdout: '' });
  expect(file.stderr).toMatch(/^plain\.yaml: cannot be used: .*; see --corpus\n$/);
});
