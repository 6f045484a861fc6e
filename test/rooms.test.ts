/**
 * The walls between the rooms bite: a cruise over nothing says "no violations" too, so forbidden
 * imports are planted and must be found, and the cruise of src/ must have seen every file.
 */
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

import { rooms } from '../.config/rooms.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'flinch-rooms-'));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly to: string }[];
  };
}

// The exit code counts the violations, so only the JSON on stdout tells a finding from a failure.
function cruise(folder: string): Promise<Cruise> {
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(root, '.config/dependency-cruiser.mjs');
  const args = [cruiser, '--config', config, '--output-type', 'json', 'src'];
  const { NODE_V8_COVERAGE: _, ...env } = process.env;
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      args,
      { cwd: folder, env, maxBuffer: 2 ** 28 },
      (error, stdout, stderr) => {
        if (stdout === '') reject(error ?? new Error(stderr));
        else resolve(JSON.parse(stdout) as Cruise);
      },
    );
  });
}

const value = (from: string, to: string) => ({ from, to, typeOnly: false });
const type = (from: string, to: string) => ({ from, to, typeOnly: true });

/** What the name of the package within src/ stands for. */
const ownPackage = 'tla-json-export/dist/index.d.ts';

const forbidden = [
  value('kernel/one.ts', 'history/entry.ts'),
  type('kernel/two.ts', 'history/entry.ts'),
  value('engine/one.ts', 'world/world.ts'),
  type('engine/two.ts', 'world/world.ts'),
  type('engine/three.ts', 'flink/metrics.ts'),
  value('check/one.ts', 'faults/fault.ts'),
  type('check/two.ts', 'engine/process.ts'),
  type('check/three.ts', 'faults/aim.ts'),
  value('run/one.ts', 'world/network.ts'),
  type('run/two.ts', 'engine/checkpoint/coordinator.ts'),
  value('report/one.ts', 'cli/flinch.ts'),
  value('cli/one.ts', 'run/drive-loop.ts'),
  value('attic/one.ts', 'kernel/time.ts'),
  value('kernel/three.ts', 'attic/thing.ts'),
  value('index.ts', 'world/network.ts'),
  value('tla/two.ts', 'tla-json-export/value.ts'),
  value('engine/five.ts', ownPackage),
  type('tla-json-export/order.ts', 'kernel/time.ts'),
];

const lawful = [
  value('engine/four.ts', 'flink/configuration.ts'),
  value('engine/task/subtask.ts', 'engine/checkpoint/coordinator.ts'),
  type('check/four.ts', 'faults/fault.ts'),
  value('run/three.ts', 'world/world.ts'),
  value('tla/one.ts', 'engine/barrier/exactly-once.ts'),
  value('cli/two.ts', 'testing/matchers.ts'),
  value('index.ts', 'run/run.ts'),
  value('tla/three.ts', ownPackage),
];

function plant() {
  const files = new Map<string, string>();
  for (const { from, to, typeOnly } of [...forbidden, ...lawful]) {
    const up = '../'.repeat(from.split('/').length - 1) || './';
    const name = `x${files.size}`;
    const verb = typeOnly ? 'import type' : 'import';
    const path = to === ownPackage ? 'tla-json-export' : `${up}${to.replace(/ts$/, 'js')}`;
    const line = `${verb} { x as ${name} } from '${path}';\n`;
    files.set(from, (files.get(from) ?? '') + line);
    files.set(to, `${files.get(to) ?? ''}export const x = 1;\n`);
  }
  for (const [name, text] of files) {
    mkdirSync(dirname(join(scratch, 'src', name)), { recursive: true });
    writeFileSync(join(scratch, 'src', name), text);
  }
  const manifest = 'src/tla-json-export/package.json';
  cpSync(join(root, manifest), join(scratch, manifest));
  mkdirSync(join(scratch, 'node_modules'));
  symlinkSync('../src/tla-json-export', join(scratch, 'node_modules/tla-json-export'));
  writeFileSync(
    join(scratch, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { module: 'nodenext' }, include: ['src'] }),
  );
}

test('planted forbidden imports are caught, of types too, and lawful ones are not', async () => {
  plant();
  const { summary } = await cruise(scratch);

  const found = summary.violations.map(({ from, to }) => `${from} -> ${to}`);
  const expected = forbidden.map(({ from, to }) => `src/${from} -> src/${to}`);
  expect(found.sort()).toEqual(expected.sort());
});

const isBuilt = (file: string) => file.includes('tla-json-export/dist/');

test('the cruise sees every file of src, and every folder is a room of the table', async () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !isBuilt(name))
    .map((name) => `src/${name}`);
  const { modules } = await cruise(root);

  const cruised = modules
    .map(({ source }) => source)
    .filter((source) => source.startsWith('src/') && !isBuilt(source));
  expect(cruised.sort()).toEqual(files.sort());
  expect(files.length).toBeGreaterThan(0);

  const folders = new Set(
    files.map((file) => file.split('/')).flatMap((path) => path.slice(1, -1)[0] ?? []),
  );
  expect([...folders].filter((folder) => !(folder in rooms))).toEqual([]);
});
