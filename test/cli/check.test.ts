/**
 * `flinch check`: what it prints and how it ends; damaged files; and histories of simulated runs,
 * which are judged as their own laws judged them.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';

import { InputError } from '../../src/campaign/input-error.js';
import { judgeFile } from '../../src/cli/check.js';
import { entryOf } from '../../src/history/codec.js';
import { detailOf, type Entry } from '../../src/history/entry.js';
import { recorder } from '../../src/history/recorder.js';
import { readRow, type RowType } from '../../src/job/row.js';
import { planOf, type Plan } from '../../src/run/plan.js';
import { contextOf, run } from '../../src/run/run.js';
import { flights, smallScenario } from '../fixtures/flights.js';
import { plainSink, small, stage } from './stage.js';

const { folder, flinch, scenario, clear } = stage();

afterAll(clear);

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return name;
}

function check(name: string, guarantee = 'exactly-once', ...more: string[]) {
  return flinch(['check', name, '--guarantee', guarantee, ...more]);
}

const held = [
  '{"kind":"source","split":0,"offset":0,"id":"a"}',
  '{"kind":"source","split":0,"offset":1,"id":"b","note":{"by":[1]}}',
  '{"kind":"checkpoint","checkpoint":1}',
  '{"kind":"sink","id":"a"}',
  '{"kind":"sink","id":"b","transaction":"t"}',
  '{"kind":"commit","transaction":"t"}',
];
const doubled = [...held, '{"kind":"fault","fault":"killed"}', '{"kind":"sink","id":"a"}'];

describe('verdicts', () => {
  test('a history that holds', () => {
    const text = 'HOLDS  held.jsonl, exactly-once\n2 records, 2 visible rows: 0 lost, 0 doubled,';
    const { status, stdout, stderr } = check(file('held.jsonl', `${held.join('\n')}\n`));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(`${text} 0 unexpected\n1 checkpoint, 0 faults told\n`);
  });

  test.each<[string, string | Uint8Array]>([
    ['gzipped', gzipSync(held.join('\n'))],
    [
      'gzipped in two parts',
      Buffer.concat([gzipSync(`${held[0]}\n`), gzipSync(held.slice(1).join('\n'))]),
    ],
    ['of Windows', `\uFEFF${held.join('\r\n')}\r\n\r\n`],
    ['with empty lines', `\n \n${held.join('\n\n')}`],
  ])('the same history %s', (_name, content) => {
    expect(check(file('other', content)).status).toBe(0);
  });

  test('a history that is violated, and its document', () => {
    const name = file('doubled.jsonl', doubled.join('\n'));
    const { status, stdout, stderr } = check(name, 'exactly-once', '--json');
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      ...{ schemaVersion: 1, guarantee: 'exactly-once', verdict: 'violated', records: 2 },
      ...{ lost: 0, doubled: 1, unexpected: 0 },
      examples: {
        lost: [],
        doubled: [
          {
            ...{ id: 'a', due: 1, visible: 2, sourceLines: [1], sinkLines: [4, 8] },
            fault: { line: 7, fault: 'killed' },
            checkpoint: { line: 3, checkpoint: 1 },
          },
        ],
        unexpected: [],
      },
    });
    expect(check(name).stdout).toContain(
      'doubled: "a", due 1, visible 2; read on line 1; visible on lines 4, 8; ' +
        'last fault on line 7, "killed"; last checkpoint on line 3, 1\n',
    );
    expect(check(name, 'at-least-once').status).toBe(0);
  });

  test('more examples than are shown are counted', () => {
    const rows = Array.from({ length: 25 }, (_, id) => `{"kind":"sink","id":${id}}`);
    const { stdout } = check(file('many.jsonl', [...held, ...rows].join('\n')));
    expect(stdout.match(/^unexpected: /gm)).toHaveLength(11);
    expect(stdout).toContain('unexpected: 15 more\n');
  });

  test.each<[string, readonly string[], string]>([
    ['an empty file', [], 'there is no source line'],
    ['no sink line', held.slice(0, 2), 'there is no sink line'],
    ['a cut', [...held, '{"kind":"cut"}'], 'lines were cut out of it'],
    ['no commit', held.slice(0, -1), 'there is no commit line'],
  ])('inconclusive: %s', (_name, lines, why) => {
    const name = file('unknown.jsonl', lines.join('\n'));
    const { status, stdout } = check(name);
    expect(status).toBe(4);
    expect(stdout).toMatch(/^INCONCLUSIVE /);
    expect(stdout).toContain(why);
    const document = check(name, 'at-least-once', '--json');
    expect(document.status).toBe(4);
    expect(JSON.parse(document.stdout).verdict).toBe('inconclusive');
    expect(document.stderr).toContain(why);
  });
});

/** What is told of a file; undefined when it gets a verdict. */
async function told(content: string | Uint8Array): Promise<string | undefined> {
  const path = join(folder, file('fuzzed', content));
  try {
    await judgeFile(path, 'exactly-once');
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const { message } = error as InputError;
    expect(message).toMatch(/^[^\n]*fuzzed:\d+(?::\d+)?: [^\n]+; [^\n]+$/);
    return message.slice(message.indexOf('fuzzed'));
  }
}

const MIB = 1_048_576;
const packed = gzipSync(held.join('\n'));

describe('damage', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['no JSON', 'x', ':1: is not JSON'],
    [
      'a place in a line',
      `${held[0]}\n\n{"kind" 1}`,
      ':3: is not JSON from column 9 on; a line is',
    ],
    ['half a line', `${held[0]}\n{"kind":"sink`, ':2: is not JSON'],
    ['an array', '[]', ':1: is an array; a line is one object, such as {"kind":"sink","id":7}'],
    ['a text', '"sink"', ':1: is "sink"; a line is one object'],
    ['null', 'null', ':1: is null; a line is one object'],
    ['no kind', '{}', ':1: has no "kind"; kinds are source, sink, commit, checkpoint, fault, cut'],
    ['a kind', '{"kind":"sinc"}', ':1: "kind" is "sinc"; did you mean sink?'],
    ['no text', '{"kind":[[]]}', ':1: "kind" is an array; kinds are'],
    ['a field', '{"kind":"sink","idd":1}', ':1: a sink line has no field "idd"; did you mean id?'],
    ['any field', '{"kind":"commit","at":1}', 'has no field "at"; it has transaction, note, and'],
    ['a prototype', '{"kind":"sink","__proto__":1}', 'has no field "__proto__"'],
    ['no id', '{"kind":"sink"}', ':1: a sink line has no "id"; it is a whole number up to'],
    ['a fraction', '{"kind":"sink","id":1.5}', ':1: "id" is 1.5; it is a whole number up to'],
    ['a large id', '{"kind":"sink","id":9007199254740993}', '"id" is 9007199254740992; it is a'],
    ['an empty id', '{"kind":"sink","id":""}', '"id" is ""; it is a whole number up to'],
    ['a long id', `{"kind":"sink","id":"${'x'.repeat(1_025)}"}`, 'is a text of 1025 characters;'],
    ['an object', '{"kind":"sink","id":{}}', '"id" is an object; it is a whole number'],
    [
      'an offset',
      '{"kind":"source","split":0,"id":1,"offset":-1}',
      '"offset" is -1; it is a whole',
    ],
    ['an offset as text', '{"kind":"source","split":0,"id":1,"offset":"1"}', '"offset" is "1"; it'],
    ['a transaction', '{"kind":"sink","id":1,"transaction":null}', '"transaction" is null; it is'],
    ['a fault', '{"kind":"fault"}', ':1: a fault line has no "fault"; it is a text'],
    ['a cut', '{"kind":"cut","of":"commit"}', ':1: "of" is "commit"; it is "source" or "sink",'],
    ['two ids', `${held[0]}\n{"kind":"source","split":"0","offset":0,"id":1}`, ':2: offset 0 of'],
    [
      'no UTF-8',
      Buffer.from([...Buffer.from(`${held[0]}\n"`), 0xff]),
      ':2: is not a text in UTF-8',
    ],
    ['UTF-16', Buffer.from(`\uFEFF${held[0]}`, 'utf16le'), ':1: is not a text in UTF-8'],
    ['a NUL', `${held[0]}\n\0`, ':2: is not JSON'],
    ['a hole', new Uint8Array(3 * MIB), ':1: has over 1048576 bytes; write one object a line'],
    ['a long line', `\n{"note":"${'\u00e9'.repeat(MIB / 2)}"}\n`, ':2: has over 1048576 bytes'],
    ['a deep line', '['.repeat(MIB), ':1: is not JSON'],
    ['a deep id', `{"kind":"sink","id":${'['.repeat(9_999)}${']'.repeat(9_999)}}`, 'is an array'],
    [
      'a field twice',
      `${held[0]}\n{"kind":"sink","id":1, "id":2}`,
      ':2:24: "id" stands twice in one object; keep one',
    ],
    ['a note twice', '{"kind":"sink","id":1,"note":1,"note":{}}', ':1:32: "note" stands twice in'],
    [
      'a note with a name twice',
      '{"kind":"sink","id":1,"note":{"a":1,"a":2}}',
      ':1:37: "a" stands',
    ],
    ['half a gzip', packed.subarray(0, -9), ': cannot be unpacked from here: unexpected end of'],
    ['a broken gzip', Buffer.from(packed).fill(7, 20, 40), ': cannot be unpacked from here: '],
  ])('%s', async (_name, content, message) => {
    expect(await told(content)).toContain(message);
  });

  test('lines are counted across the blocks of a long file', async () => {
    const lines = Array.from({ length: 30_000 }, (_, id) => `{"kind":"sink","id":"${id} \u2603"}`);
    const ending = `${held[0]}\n{"kind":"sink","id":"\u00e9"`;
    const long = [...lines, ending].join('\n');
    expect(await told(`${long}}`)).toBe(undefined);
    expect(await told(long)).toContain('fuzzed:30002: is not JSON');
    expect(await told(gzipSync(long))).toContain('fuzzed:30002: is not JSON');
  });

  test('a deep note is not read', async () => {
    const note = `${'['.repeat(99_999)}${']'.repeat(99_999)}`;
    expect(await told(`{"kind":"sink","id":1,"note":${note}}`)).toBe(undefined);
  });

  test('no file, a folder, a pipe, no guarantee', () => {
    mkdirSync(join(folder, 'empty'));
    const remedy = 'name a recorded history (JSON Lines)';
    const missing = { status: 2, stdout: '', stderr: `missing: no such file; ${remedy}\n` };
    expect(check('missing')).toMatchObject(missing);
    expect(check('held.jsonl/x').stderr).toBe(`held.jsonl/x: no such file; ${remedy}\n`);
    expect(check('empty').stderr).toBe(`empty: is a folder; ${remedy}\n`);
    expect(check('/dev/null').stderr).toBe('/dev/null: is read twice; write it to a file first\n');
    const mistyped = '--guarantee exactly-one: is not known; did you mean exactly-once?\n';
    expect(check('missing', 'exactly-one')).toMatchObject({ status: 2, stderr: mistyped });
    expect(flinch(['check', 'missing']).stderr).toContain('Missing required argument: guarantee');
  });

  test('is told in one line, without a stack trace', () => {
    const { status, stdout, stderr } = check(file('damaged.jsonl', `${held[0]}\n{]`));
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^damaged\.jsonl:2: is not JSON[^\n]*; [^\n]*\n$/);
  });

  test('any bytes give an error or a verdict', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const text = fc.string({ unit: 'binary', maxLength: 300 }).map((one) => Buffer.from(one));
    const json = fc
      .array(fc.json(), { maxLength: 9 })
      .map((lines) => Buffer.from(lines.join('\n')));
    const any = fc.oneof(bytes, text, json);
    await fc.assert(
      fc.asyncProperty(any, fc.boolean(), async (content, zip) => {
        await told(zip ? gzipSync(content) : content);
      }),
    );
  });

  test('a history with some bytes changed gives an error or a verdict', async () => {
    const whole = Buffer.from(doubled.join('\n'));
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 4 }), fc.boolean(), async (changes, zip) => {
        const content = zip ? gzipSync(whole) : Buffer.from(whole);
        for (const [at, byte] of changes) content[at % content.length] = byte;
        await told(content);
      }),
    );
  });
});

const totals: RowType = [
  { name: 'key', type: 'string' },
  ...['record', 'count', 'sum', 'max'].map((name) => ({ name, type: 'int' }) as const),
];

/**
 * The history of a run of the small job in the form that `check` takes: the records of the data,
 * then rows, commits, checkpoints and faults as they happened. Each record gives one row, which
 * names it.
 */
function converted(entries: readonly Entry[], plan: Plan): string {
  const [{ splits } = { splits: [] }] = contextOf(plan, flights()).topics;
  const lines: object[] = splits.flatMap((records, split) =>
    [...records].map((id, offset) => ({ kind: 'source', split, offset, id })),
  );
  for (const entry of entries) {
    if (entry.kind === 'rowsVisible') {
      const { transaction, words } = detailOf(entry, 'rowsVisible');
      const within = transaction === '' ? {} : { transaction };
      for (let at = 0; at < words.length; at += 1 + (words[at] ?? 0))
        lines.push({ kind: 'sink', id: readRow(totals, words, at + 1)[1], ...within });
      if (transaction !== '') lines.push({ kind: 'commit', transaction });
    }
    if (entry.kind === 'completed') lines.push({ kind: 'checkpoint', checkpoint: entry.subject });
    if (entry.kind === 'faultBegan')
      lines.push({ kind: 'fault', fault: detailOf(entry, 'faultBegan').fault });
  }
  return lines.map((line) => JSON.stringify(line)).join('\n');
}

/** The outcomes of both laws, by the command. */
async function outcomes(entries: readonly Entry[], plan: Plan): Promise<string[]> {
  const path = join(folder, file('converted.jsonl.gz', gzipSync(converted(entries, plan))));
  const judged = [judgeFile(path, 'exactly-once'), judgeFile(path, 'at-least-once')];
  return (await Promise.all(judged)).map(({ judged: { outcome } }) => outcome);
}

describe('a simulated run is judged as its own laws judged it', () => {
  test.each(['0', '1', '2'])('seed %s, which holds', async (seed) => {
    const { entries, ...observer } = recorder();
    const plan = planOf(smallScenario(), seed);
    run(plan, flights(), observer);
    expect(await outcomes(entries, plan)).toEqual(['holds', 'holds']);
  });

  test.each([
    ['a sink that writes at once', 'plain.yaml', '0..9', []],
    ['a record skipped', small, '1..1', ['--mutant', 'offsets-after-barrier']],
    ['a commit forgotten', small, '1..2', ['--mutant', 'recovered-transaction-not-committed']],
    ['a record read twice', small, '6..6', ['--mutant', 'restore-second-newest']],
  ])('%s', async (_name, path, seeds, more) => {
    scenario('plain.yaml', plainSink);
    const out = join(folder, `out-${seeds}-${more.length}`);
    flinch(['run', path, '--seeds', seeds, '--workers', '1', '--out', out, ...more]);
    const folders = readdirSync(out);
    expect(folders).not.toEqual([]);
    for (const name of folders) {
      const history = gunzipSync(readFileSync(join(out, name, 'history.jsonl.gz'))).toString();
      const entries = history
        .trim()
        .split('\n')
        .map((line, index) => entryOf(line, index + 1));
      const { laws } = JSON.parse(readFileSync(join(out, name, 'verdict.json'), 'utf8')) as {
        laws: { law: string; outcome: string }[];
      };
      const own = ['exactly-once', 'at-least-once'].map(
        (law) => laws.find((one) => one.law === law)?.outcome,
      );
      expect(own).toContain('violated');
      const { plan } = JSON.parse(readFileSync(join(out, name, 'plan.json'), 'utf8')) as {
        plan: Plan;
      };
      expect(await outcomes(entries, plan)).toEqual(own);
    }
  });
});
