/**
 * The schema of scenarios: that it is the one that is shipped, that it says what the forms say, and
 * that an editor's language server makes of it what `flinch` would.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { editor, type Diagnostic } from './language-server.js';
import { plainSink, root, small, stage } from './stage.js';

const { flinch, clear, folder, scenario } = stage();

afterAll(clear);

const shipped = join(root, 'scenarios/scenario.schema.json');
const scenarios = readdirSync(join(root, 'scenarios')).filter((name) => name.endsWith('.yaml'));
const schema = JSON.parse(readFileSync(shipped, 'utf8')) as object;
const compiled = (text: string) =>
  new Ajv({ allowUnionTypes: true }).compile(JSON.parse(text) as object);
const valid = compiled(JSON.stringify(schema));

test('the shipped schema is the one that is printed', () => {
  const { status, stdout } = flinch(['schema', 'scenario']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual(schema);
});

describe('documents', () => {
  const forms = new Map<string, ValidateFunction>();
  const fits = (name: string, text: string): unknown => {
    const form = forms.get(name) ?? compiled(flinch(['schema', name]).stdout);
    forms.set(name, form);
    form(JSON.parse(text));
    return form.errors;
  };

  test('of run, replay and the lines of ndjson, for seeds that hold and seeds that do not', () => {
    scenario('plain.yaml', plainSink);
    const flags = ['--seeds', '0..9', '--max-failures', '1', '--workers', '1'];
    const found = ['--corpus', 'corpus', '--reporter', 'json=bad.json,ndjson=bad.ndjson'];
    flinch(['run', 'plain.yaml', ...flags, ...found]);
    const text = readFileSync(join(folder, 'bad.json'), 'utf8');
    const { failures } = JSON.parse(text) as { failures: { folder: string }[] };
    expect(failures.length).toBeGreaterThan(0);
    expect(fits('run', text)).toBe(null);
    expect(fits('run', flinch(['run', small, '--seed', 'x', '--json']).stdout)).toBe(null);
    const lines = readFileSync(join(folder, 'bad.ndjson'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(10);
    for (const line of lines) expect(fits('ndjson', line)).toBe(null);
    const both = ['run', 'plain.yaml', small, '--seed', '1', '--max-failures', '0', ...found];
    expect(flinch(both).status).toBe(1);
    const several = readFileSync(join(folder, 'bad.json'), 'utf8');
    expect(JSON.parse(several)).toMatchObject({ runs: [{ corpus: {} }, { scenario: 'small' }] });
    expect(fits('run', several)).toBe(null);
    const all = readFileSync(join(folder, 'bad.ndjson'), 'utf8').trim().split('\n');
    expect(all.filter((line) => line.includes('"plan":')).length).toBeGreaterThan(0);
    for (const line of all) expect(fits('ndjson', line)).toBe(null);
    const replayed = flinch(['replay', failures[0]?.folder ?? '', '--json']).stdout;
    expect(fits('replay', replayed)).toBe(null);
  });

  test('of check, and of the zoo', () => {
    const orders = join(root, 'scenarios/data/orders.jsonl');
    const judged = flinch(['check', orders, '--guarantee', 'exactly-once', '--json']);
    expect(fits('check', judged.stdout)).toBe(null);
    mkdirSync(join(folder, 'one'));
    const patch = 'restore-second-newest.patch';
    copyFileSync(join(root, 'src/zoo', patch), join(folder, 'one', patch));
    const flags = ['--seeds', '1..3', '--clean', '1', '--workers', '1', '--json'];
    const zoo = flinch(['zoo', '--mutants', 'one', ...flags]);
    expect(fits('zoo', zoo.stdout)).toBe(null);
  });

  test('another version does not fit', () => {
    expect(fits('replay', '{"schemaVersion":2}')).not.toBe(null);
  });
});

test('another name is a mistake', () => {
  const { status, stderr } = flinch(['schema', 'scenarios']);
  expect(status).toBe(2);
  expect(stderr).toBe('scenarios: there is no such schema; did you mean scenario?\n');
});

test.each(scenarios)('%s fits it, and its first line names it', (name) => {
  const text = readFileSync(join(root, 'scenarios', name), 'utf8');
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./scenario.schema.json');
  valid(parse(text));
  expect(valid.errors).toBe(null);
});

/** A change of the small scenario, and the line at which it is wrong. */
const wrong: readonly (readonly [from: string, to: string])[] = [
  ['splits: 2', 'splits: none'],
  ['splits: 2', 'splits: 2\n  split: 3'],
  ['taskManagers: 3', 'taskManagers: 0'],
  ['kind: two-phase', 'kind: two-fase'],
  ['num-retained: 2', 'num-retained: 0'],
  ['count: count', 'count: counts'],
  ['fromMillis: 20', 'fromMillis: [20]'],
];

describe('an editor', () => {
  const text = readFileSync(small, 'utf8').replace(
    './scenario.schema.json',
    pathToFileURL(shipped).href,
  );

  test('accepts a good scenario, and refuses what flinch refuses, there', async () => {
    const server = await editor();
    const said = async (name: string, changed: string): Promise<readonly Diagnostic[]> =>
      server.open(join(folder, name), changed);
    try {
      expect(await said('good.yaml', text)).toEqual([]);
      for (const [from, to] of wrong) {
        const changed = text.replace(from, to);
        const found = await said(`${wrong.findIndex(([, other]) => other === to)}.yaml`, changed);
        const added = to.split('\n').at(-1) ?? '';
        const line = changed.split('\n').findIndex((one) => one.includes(added.trim()));
        expect([to, found.map(({ range }) => range.start.line)]).toEqual([
          to,
          expect.arrayContaining([line]),
        ]);
        expect(valid(parse(changed))).toBe(false);
      }
    } finally {
      server.close();
    }
  });

  test('completes kinds of sinks and keys of Flink, and tells what a key decides', async () => {
    const server = await editor();
    try {
      const half = text
        .replace('kind: two-phase', 'kind: ')
        .replace('  heartbeat.timeout: 300ms', '  heart');
      const path = join(folder, 'half.yaml');
      await server.open(path, half);
      const textDocument = { uri: pathToFileURL(path).href };
      const at = async (needle: string): Promise<string[]> => {
        const lines = half.split('\n');
        const line = lines.findIndex((one) => one.includes(needle));
        const character = (lines[line]?.indexOf(needle) ?? 0) + needle.length;
        const answer = await server.request('textDocument/completion', {
          textDocument,
          position: { line, character },
        });
        return (answer as { items: { label: string }[] }).items.map(({ label }) => label);
      };
      expect(await at('kind: ')).toEqual(expect.arrayContaining(['two-phase', 'plain']));
      expect(await at('  heart')).toEqual(expect.arrayContaining(['heartbeat.timeout']));
      const line = half
        .split('\n')
        .findIndex((one) => one.includes('execution.checkpointing.timeout'));
      const hover = await server.request('textDocument/hover', {
        textDocument,
        position: { line, character: 6 },
      });
      expect(JSON.stringify(hover)).toContain('when a checkpoint expires');
    } finally {
      server.close();
    }
  });
});
