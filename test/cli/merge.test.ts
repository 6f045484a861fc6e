/** Parts of a campaign: together they come to what one run of all seeds comes to. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { shardLine } from '../../src/report/report.js';
import { small, stage } from './stage.js';

const { flinch, clear, folder } = stage();

afterAll(clear);

const campaign = ['run', small, '--mutant', 'restore-second-newest', '--seeds', '1..9'];
const calm = ['--max-failures', '0', '--workers', '1'];

beforeAll(() => {
  for (const part of [1, 2]) {
    const own = ['--shard', `${part}/2`, '--reporter', `shard=${part}.jsonl,json=${part}.json`];
    expect(flinch([...campaign, ...calm, ...own]).status).toBe(1);
  }
});

type Document = Record<string, unknown> & { seeds: unknown; fingerprint: string };

/** A document without what the machine puts into it. */
function plain(text: string): Document {
  const { cpuSeconds: _, ...document } = JSON.parse(text) as Document;
  return document;
}

test('each part judges its own seeds, and says nothing of the others', () => {
  expect(plain(readFileSync(join(folder, '1.json'), 'utf8')).seeds).toMatchObject({ judged: 5 });
  expect(plain(readFileSync(join(folder, '2.json'), 'utf8')).seeds).toMatchObject({ judged: 4 });
});

test('merged they are the document of the whole, in whatever order they are named', () => {
  const whole = flinch([...campaign, ...calm, '--json']);
  const merged = flinch(['merge', '2.jsonl', '1.jsonl', '--json']);
  expect(merged.status).toBe(whole.status);
  expect(plain(merged.stdout)).toEqual(plain(whole.stdout));
  const twice = flinch(['merge', '1.jsonl', '2.jsonl', '1.jsonl', '--json']);
  expect(plain(twice.stdout)).toEqual(plain(whole.stdout));
});

test('a part that is not there leaves the answer open, though what it found stays found', () => {
  const { status, stdout } = flinch(['merge', '2.jsonl']);
  expect(status).toBe(1);
  expect(stdout).toContain('  5 seeds are missing; part 1 of 2 is not here\n');
  const clean = ['run', small, '--seeds', '0..3', '--shard', '1/2', '--reporter', 'shard=c.jsonl'];
  expect(flinch(clean).status).toBe(0);
  expect(flinch(['merge', 'c.jsonl', '-q'])).toMatchObject({ status: 4 });
});

describe('refused, with a line and an exit of 2', () => {
  const lines = () => readFileSync(join(folder, '1.jsonl'), 'utf8').trim().split('\n');

  function written(name: string, changed: readonly string[]) {
    writeFileSync(join(folder, name), changed.join('\n') + '\n');
    const { status, stdout, stderr } = flinch(['merge', '2.jsonl', name]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    return stderr;
  }

  test('a part without its last line', () => {
    expect(written('cut.jsonl', lines().slice(0, -1))).toMatch(
      /^cut\.jsonl: its last line is miss/,
    );
    const more = [...lines(), lines()[0] ?? ''];
    expect(written('more.jsonl', more)).toMatch(/^more\.jsonl: its last line is missing/);
  });

  test('a line that is none', () => {
    expect(written('torn.jsonl', ['{"seed":', ...lines()])).toMatch(/^torn\.jsonl:1: not JSON: /);
    const twice = (lines()[0] ?? '').replace(/"seed":/, '"seed":"9","seed":');
    expect(written('twice.jsonl', [twice, ...lines()])).toMatch(
      /^twice\.jsonl:1: "seed" stands twice in one object; keep one/,
    );
    const deep = `"scenario":${'['.repeat(50_000)}${']'.repeat(50_000)},"s":`;
    const nested = lines().map((line) => line.replace('"scenario":', deep));
    expect(written('deep.jsonl', nested)).toMatch(/^deep\.jsonl:\d: more than 100 values stand/);
    const bad = (lines()[0] ?? '').replace(/"events":\d+/, '"events":-1');
    expect(written('bad.jsonl', [bad, ...lines()])).toMatch(/^bad\.jsonl:1: events: /);
  });

  test('a part of another campaign', () => {
    const changed = (from: RegExp, to: string) => lines().map((line) => line.replace(from, to));
    const other: readonly (readonly [from: RegExp, to: string, what: string])[] = [
      [/"engineSha256":"./, '"engineSha256":"z', 'engine'],
      [/"mutant":"[^"]+"/, '"mutant":null', 'mutant'],
      [/"seeds":"1\.\.9"/, '"seeds":"1..19"', 'range of seeds'],
      [/"taskManagers":3/, '"taskManagers":4', 'scenario'],
      [/"of":2/, '"of":3', 'number of parts'],
    ];
    for (const [from, to, what] of other)
      expect(written('other.jsonl', changed(from, to))).toContain(
        `has another ${what} than 2.jsonl`,
      );
    const stray = changed(/"seed":"3"/, '"seed":"4"');
    expect(written('stray.jsonl', stray)).toContain('seed 4 is none of part 1 of 2');
  });

  test('no such file', () => {
    expect(flinch(['merge', 'none.jsonl'])).toMatchObject({ status: 2, stdout: '' });
  });
});

test('a seed that came out otherwise in two files is not deterministic', () => {
  const text = readFileSync(join(folder, '1.jsonl'), 'utf8');
  const other = text
    .replace(/"fingerprint":"./, (found) => found.slice(0, -1) + 'f')
    .replace(/"events":\d/, '"events":9');
  writeFileSync(join(folder, 'again.jsonl'), other);
  const { status, stdout } = flinch(['merge', '1.jsonl', '2.jsonl', 'again.jsonl', '-q']);
  expect(status).toBe(3);
  expect(stdout).toContain('seed 1 gave another fingerprint when it was run again');
});

test('any value is a line, or has a reason why not', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const line = shardLine(value);
      expect(typeof line === 'string' ? line.length : 1).toBeGreaterThan(0);
    }),
  );
});

test.each([
  [['--seeds', '0..9', '--shard', '3/2'], 'write the part and how many there are, as in 1/4'],
  [['--seeds', '0..9', '--shard', '0/2'], 'write the part and how many there are, as in 1/4'],
  [['--seeds', '0..9', '--shard', 'a'], 'write the part and how many there are, as in 1/4'],
  [['--seeds', '0..1', '--shard', '3/3'], 'there are 2 seeds, so this part is empty'],
  [['--seed', '7', '--shard', '1/2'], 'name the whole of it with --seeds A..B'],
])('%j is a mistake', (args, said) => {
  const { status, stdout, stderr } = flinch(['run', small, ...args]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(said);
});
