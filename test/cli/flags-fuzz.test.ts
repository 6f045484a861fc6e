/**
 * The command line: arguments drawn from the grammar of each command, with values that are empty,
 * huge, odd or in the wrong place. Each ends with an exit code that is documented, without a stack
 * trace, and writes only where an argument says so.
 */
import { cpSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import yargs from 'yargs';

import { commands } from '../../src/cli/commands.js';
import { plainSink, stage } from './stage.js';
import { fuzz } from '../fuzz.js';

const { folder, flinch, scenario, clear } = stage();

afterAll(clear);

const given = ['bad.yaml', 'failure', 'history.jsonl', 'part.jsonl', 'tiny.yaml'];

beforeAll(() => {
  const few = { data: { records: 40 }, budget: { simulatedSeconds: 10, events: 50_000 } };
  scenario('tiny.yaml', { ...few, faults: { fromMillis: 10, toMillis: 300 } });
  scenario('plain.yaml', { ...plainSink, ...few });
  const { stdout } = flinch(['run', 'plain.yaml', '--seeds', '0..9', '--json']);
  const { failures } = JSON.parse(stdout) as { failures: { folder: string }[] };
  cpSync(join(folder, failures[0]?.folder ?? ''), join(folder, 'failure'), { recursive: true });
  flinch(['run', 'tiny.yaml', '--seeds', '0..1', '--reporter', 'shard=part.jsonl']);
  writeFileSync(join(folder, 'bad.yaml'), 'name: [');
  writeFileSync(join(folder, 'history.jsonl'), '{"kind":"sink","id":1}\n');
  for (const name of readdirSync(folder))
    if (!given.includes(name)) rmSync(join(folder, name), { recursive: true });
});

/** What takes long, or writes where nothing says so, is kept from it by a mistake. */
const always: Readonly<Record<string, (odd: string) => string[]>> = {
  zoo: (folder) => [`--mutants=${folder}`],
  demo: () => ['--workers=none'],
  doctor: () => ['--out='],
};

const odd = [
  ...['', ' ', '0', '1', '-1', '1.5', '1e999', '9'.repeat(30), '\u0669', 'x', 'X'.repeat(300)],
  ...['true', '=', '-', '--', '-x', '__proto__', 'constructor', '{}', '\'"`$'],
  ...[
    '\u202Eabc',
    'a\u0301',
    '\u{1F9EA}',
    '\uFFFD',
    '\n',
    '\t',
    '\u001B[31m',
    'none/x',
    '.',
    '/dev/null',
  ],
];
const values: Readonly<Record<string, readonly string[]>> = {
  seed: ['7', 'x'.repeat(65)],
  seeds: ['0..1', '1..0', '0..9007199254740992', '0..1..2', '-1..1', '00..1', ' 0..1', '..'],
  shard: ['1/2', '2/1', '0/0', '1/999999', '1/9999999', '/'],
  'time-budget': ['1ms', '0s', '-1s', '5', '5 m', `${'9'.repeat(400)}m`],
  'min-seeds': ['1', '9007199254740991', '9007199254740992'],
  workers: ['257'],
  mutant: ['restore-second-newst', '../small'],
  reporter: [
    'default',
    'dot',
    'json=r.json',
    'json=',
    'json,json',
    'json,dot',
    ',',
    'junit=none/r/x.xml',
    'shard=s',
  ],
  guarantee: ['exactly-once', 'at-least-once', 'exactly-onc'],
  scenario: ['tiny.yaml', 'tiny.yaml', 'bad.yaml', 'failure', 'tiny.yaml/x'],
  folder: ['failure', 'tiny.yaml'],
  history: ['history.jsonl', 'failure', 'tiny.yaml'],
  files: ['part.jsonl', 'tiny.yaml', 'failure'],
  subject: ['exactly-once', 'configuration', 'exactly-onc', 'crash'],
  shell: ['bash', 'zsh', 'fish'],
  name: ['run', 'scenario', 'rnu'],
};

const valueOf = (name: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...(values[name] ?? ['x'])) },
    { weight: 2, arbitrary: fc.constantFrom(...odd) },
  );

type Grammar = Readonly<{
  name: string;
  positionals: readonly string[];
  texts: readonly string[];
  flags: readonly string[];
}>;

/** What a command takes, from its own declaration. */
function grammarOf({ command, builder }: (typeof commands)[number]): Grammar {
  const [name = '', ...positionals] = String(command)
    .split(' ')
    .map((word) => word.replace(/[<>[\].]/g, ''));
  const parser = yargs([]).help(false).version(false);
  if (typeof builder === 'function') void builder(parser);
  const { string, boolean } = (
    parser as unknown as { getOptions(): { string: string[]; boolean: string[] } }
  ).getOptions();
  return {
    name,
    positionals,
    texts: string.filter((one) => !positionals.includes(one)),
    flags: boolean,
  };
}

const oneOption = ({ texts, flags }: Grammar): fc.Arbitrary<string[]> => {
  const text = fc.constantFrom(...texts, ...(texts.length === 0 ? ['seed'] : []));
  const spelled = text.chain((name) =>
    fc.tuple(fc.constantFrom(name, name, camel(name)), valueOf(name)),
  );
  return fc.oneof(
    { weight: 6, arbitrary: spelled.map(([name, value]) => [`--${name}`, value]) },
    { weight: 4, arbitrary: spelled.map(([name, value]) => [`--${name}=${value}`]) },
    { weight: 1, arbitrary: text.map((name) => [`--${name}`]) },
    { weight: 1, arbitrary: text.map((name) => [`--no-${name}`]) },
    { weight: 1, arbitrary: spelled.map(([name, value]) => [`--${name}.x=${value}`]) },
    {
      weight: 4,
      arbitrary: fc
        .constantFrom(...flags, 'json', 'q')
        .map((flag) => [flag.length === 1 ? `-${flag}` : `--${flag}`]),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('--json=x', '--no-json', '-qv', '-q=1', '--help', '--version', '-h', '--')
        .map((one) => [one]),
    },
    { weight: 2, arbitrary: fc.constantFrom(...odd).map((one) => [`--${one}`]) },
  );
};

function camel(name: string): string {
  return name.replace(/-(.)/g, (_all, letter: string) => letter.toUpperCase());
}

const lines: fc.Arbitrary<string[]> = fc
  .constantFrom(...commands.map(grammarOf))
  .chain((grammar) => {
    const { name, positionals } = grammar;
    const named = fc.tuple(...positionals.map((positional) => valueOf(positional)));
    const words = fc.tuple(
      named,
      fc.oneof(
        { weight: 8, arbitrary: fc.constant<string[]>([]) },
        fc.array(fc.constantFrom(...odd), { maxLength: 2 }),
      ),
    );
    const options = fc.array(oneOption(grammar), { maxLength: 4 });
    return fc
      .tuple(words, options, fc.boolean(), fc.constantFrom(...odd))
      .map(([[own, more], chosen, first, any]) => {
        const all = first
          ? [...chosen.flat(), ...own, ...more]
          : [...own, ...more, ...chosen.flat()];
        return [name, ...(always[name]?.(any) ?? []), ...all];
      });
  });

/** Lines that once ended otherwise. */
const found: readonly string[][] = [
  ['run', ''],
  ['replay', ''],
  ['init', 'X'.repeat(300)],
  ['zoo', `--mutants=${'X'.repeat(300)}`],
  ['run', 'tiny.yaml', `--time-budget=${'9'.repeat(400)}m`],
];

/** Every file of the folder, with its size and time. */
function filesIn(at: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(at)) {
    const path = join(at, name);
    const stat = statSync(path);
    if (!stat.isDirectory()) found.set(path, `${String(stat.size)} ${String(stat.mtimeMs)}`);
    else for (const [inner, facts] of filesIn(path)) found.set(inner, facts);
  }
  return found;
}

test('any line ends with a documented exit code, and writes only where it says', () => {
  const before = filesIn(folder);
  const statuses = new Set<number | null>();
  fc.assert(
    fc.property(lines, (args) => {
      const { status, stdout, stderr } = flinch(args, { SIM_SEED: '7' });
      statuses.add(status);
      const said = JSON.stringify({ args, status, stdout: stdout.slice(0, 300), stderr });
      expect([0, 1, 2, 4], said).toContain(status);
      expect(stdout + stderr, said).not.toMatch(/\n {4}at |\[object|\bundefined\b|NaN/);
      const after = filesIn(folder);
      for (const [path, facts] of before) expect(after.get(path), said).toBe(facts);
      const made = [...after.keys()]
        .filter((path) => !before.has(path))
        .map((path) => path.slice(folder.length + 1));
      if (status === 2) expect([stderr.trim() === '', ...made], said).toEqual([false]);
      for (const path of made) expect(mayMake(args, path), said).toBe(true);
      for (const path of made) rmSync(join(folder, path));
    }),
    { ...fuzz(600, 20_260_101), examples: found.map((args): [string[]] => [args]) },
  );
  expect([...statuses]).toEqual(expect.arrayContaining([0, 1, 2]));
});

/** Whether an argument names a file, or the folder that it is in; failing seeds have their own. */
function mayMake(args: readonly string[], path: string): boolean {
  if (args[0] === 'init') return true;
  const named = args.flatMap((arg) => [arg, ...arg.split(/[=,]/)]);
  return (
    path.startsWith('flinch-out/') ||
    named.some((one) => one !== '' && (path === one || path.startsWith(`${one}/`)))
  );
}
