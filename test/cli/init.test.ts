/** `flinch init`: what it writes runs, and it never writes over anything. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';

import { starterFiles } from '../../src/cli/starter.js';
import { command, root, stage } from './stage.js';

const { folder, flinch, clear } = stage();

afterAll(clear);

const within = (name: string) =>
  readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [file, readFileSync(file, 'utf8')] as const);

test('what it writes runs and holds; a second time it refuses and changes nothing', () => {
  expect(flinch(['init', 'new']).status).toBe(0);
  const written = within('new');
  const schema = readFileSync(join(root, 'scenarios/scenario.schema.json'), 'utf8');
  expect(new Map(written).get(join(folder, 'new/scenario.schema.json'))).toBe(schema);
  const { status, stdout } = flinch(['run', 'new/scenario.yaml', '--seeds', '0..9', '--json']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'holds', seeds: { judged: 10 } });

  const again = flinch(['init', 'new']);
  expect(again).toMatchObject({ status: 2, stdout: '' });
  for (const { path } of starterFiles(schema)) expect(again.stderr).toContain(`new/${path}`);
  expect(within('new')).toEqual(written);
});

test('one file in the way is enough to write none', () => {
  mkdirSync(join(folder, 'taken'));
  symlinkSync('nowhere', join(folder, 'taken', 'scenario.test.ts'));
  const { status, stderr } = flinch(['init', 'taken']);
  expect(status).toBe(2);
  expect(stderr).toBe('taken/scenario.test.ts: in the way; nothing was written\n');
  expect(readdirSync(join(folder, 'taken'))).toEqual(['scenario.test.ts']);
  writeFileSync(join(folder, 'file'), '');
  expect(flinch(['init', 'file']).stderr).toBe('file: is a file; name a folder\n');
});

test('--dry-run names what would be written, and writes nothing', () => {
  const dry = flinch(['init', 'dry', '--dry-run']);
  expect(dry).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(folder)).not.toContain('dry');
  expect(flinch(['init', 'dry']).stdout).toBe(dry.stdout);
});

test.each([
  ['node_modules/', 'node_modules/\nflinch-out/\n'],
  ['flinch-out\n*.log\n', 'flinch-out\n*.log\n'],
])('.gitignore %j becomes %j', (before, after) => {
  const name = `ignored-${String(before.length)}`;
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, '.gitignore'), before);
  expect(flinch(['init', name]).status).toBe(0);
  expect(readFileSync(join(folder, name, '.gitignore'), 'utf8')).toBe(after);
});

test('with a schema it is written too, and the scenario names it in its first line', () => {
  const [scenario, schema] = starterFiles('{}\n');
  expect(scenario?.text.split('\n')[0]).toBe(
    '# yaml-language-server: $schema=./scenario.schema.json',
  );
  expect(schema).toEqual({ path: 'scenario.schema.json', text: '{}\n' });
  const without = starterFiles(undefined);
  expect(without.map(({ path }) => path)).not.toContain('scenario.schema.json');
  expect(without[0]?.text).not.toContain('yaml-language-server');
});

test('the workflow shares its seeds out, and merges what they came to', () => {
  const { text = '' } =
    starterFiles(undefined).find(({ path }) => path.endsWith('flinch.yaml')) ?? {};
  const { jobs } = parse(text);
  const said = (job: string, shard: string): string => {
    type Step = Readonly<{ run?: string }>;
    const steps = jobs[job].steps as readonly Step[];
    const { run = '' } = steps.find((step) => step.run?.includes('npx ')) ?? {};
    const script = `npx() { printf '%s' "$*"; }\n${run}`;
    const environment = { ...process.env, SHARD: shard };
    const cwd = join(folder, 'shared');
    return spawnSync('bash', ['-c', script], { cwd, encoding: 'utf8', env: environment }).stdout;
  };
  expect(flinch(['init', 'shared']).status).toBe(0);
  const within = (args: readonly string[]) => flinch(args, {}, 'shared');
  for (const shard of jobs.seeds.strategy.matrix.shard as readonly number[]) {
    const [, ...args] = said('seeds', String(shard)).replace('0..999', '0..7').split(' ');
    expect(args.join(' ')).toContain(`--shard ${shard}/4`);
    expect(within(args).status).toBe(0);
  }
  const [, ...merge] = said('answer', '').split(' ');
  const { status, stdout } = within(merge);
  expect(status).toBe(0);
  expect(stdout).toContain('seeds: 8 of 8 judged');
});

test('the vitest example type-checks under the strict settings, and passes', () => {
  expect(flinch(['init', 'project']).status).toBe(0);
  const project = join(folder, 'project');
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  for (const name of ['vitest', '@types'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  symlinkSync(command, join(modules, '.bin', 'flinch'));
  const compilerOptions = { rootDir: '.', noEmit: true, incremental: false, tsBuildInfoFile: null };
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      ...{ extends: join(root, 'tsconfig.json'), compilerOptions },
      ...{ include: ['*.ts'], exclude: [] },
    }),
  );
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  const ran = ['typescript/bin/tsc', 'vitest/vitest.mjs'].map((tool, index) => {
    const args = [join(root, 'node_modules', tool), ...(index === 0 ? [] : ['run'])];
    const env = { ...process.env, NODE_V8_COVERAGE: '' };
    return spawnSync(process.execPath, args, { cwd: project, env, encoding: 'utf8' });
  });
  for (const { status, stdout, stderr } of ran) expect(status, stdout + stderr).toBe(0);
});
