/** What the tests of the commands share: the built command, and a folder with scenarios. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { totalsJob } from '../fixtures/flights.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const command = join(root, 'dist/cli/flinch.js');
export const small = join(root, 'scenarios/small.yaml');
const dataFile = join(root, 'scenarios/data/flights-20k.json.gz');

export type Ran = Readonly<{ status: number | null; stdout: string; stderr: string }>;

/** Folders of one test file; `clear` removes them. */
export type Stage = Readonly<{
  folder: string;
  /** Runs the command in the folder. */
  flinch(args: readonly string[], environment?: Readonly<Record<string, string>>): Ran;
  /** Writes small.yaml with changes to its fields; gives the file's name in the folder. */
  scenario(name: string, changes: Changes): string;
  clear(): void;
}>;

/** Fields of a scenario; what is a record is changed field by field. */
export type Changes = Readonly<Record<string, unknown>>;

export function stage(): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'flinch-cli-'));
  return {
    folder,
    flinch: (args, environment = {}) =>
      spawnSync(process.execPath, [command, ...args], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, SIM_SEED: '', ...environment },
      }),
    scenario: (name, changes) => {
      const original: Changes = parse(readFileSync(small, 'utf8'));
      const own = changed(original, { data: { file: dataFile } });
      writeFileSync(join(folder, name), JSON.stringify(changed(own, changes), null, 2));
      return name;
    },
    clear: () => rmSync(folder, { recursive: true }),
  };
}

function changed(original: Changes, changes: Changes): Changes {
  const isRecord = (value: unknown): value is Changes =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const fields = Object.entries(changes).map(([name, value]) => {
    const old = original[name];
    return [name, isRecord(old) && isRecord(value) ? changed(old, value) : value] as const;
  });
  return { ...original, ...(Object.fromEntries(fields) as Changes) };
}

/** small.yaml with a sink that writes at once; with crashes, some records are visible twice. */
export const plainSink: Changes = {
  name: 'plain',
  job: totalsJob({ source: 2, keyed: 2, sink: 1 }, 'plain'),
  faults: { kinds: ['crash', 'unanswered'] },
  laws: ['exactly-once', 'at-least-once', 'progress'],
};
