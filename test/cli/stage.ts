/** What the tests of the commands share: the built command, and a folder with scenarios. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { parse } from 'yaml';
import { totalsJob } from '../fixtures/flights.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const command = join(root, 'dist/cli/flinch.js');
export const small = join(root, 'scenarios/small.yaml');
const dataFile = join(root, 'scenarios/data/flights-20k.json.gz');

export type Ran = Readonly<{ status: number | null; stdout: string; stderr: string }>;

/** What differs from the environment of the tests. */
type Environment = Readonly<Record<string, string>>;

/** Folders of one test file; `clear` removes them. */
export type Stage = Readonly<{
  folder: string;
  /** Runs the command in the folder, or in one below. */
  flinch(args: readonly string[], environment?: Environment, below?: string): Ran;
  /** Runs it in the folder, in a process of its own. */
  alone(args: readonly string[], environment?: Environment): Ran;
  /** Writes small.yaml with changes to its fields; gives the file's name in the folder. */
  scenario(name: string, changes: Changes): string;
  clear(): void;
}>;

/** Fields of a scenario; what is a record is changed field by field. */
export type Changes = Readonly<Record<string, unknown>>;

/** A call of the command. */
type Call = Readonly<{ args: readonly string[]; cwd: string; env: NodeJS.ProcessEnv }>;

function callOf(cwd: string, args: readonly string[], more: Call['env']): Call {
  return { args, cwd, env: { ...process.env, SIM_SEED: '', ...more } };
}

/** Runs a call in a process of its own. */
function alone({ args, cwd, env }: Call): Ran {
  return spawnSync(process.execPath, [command, ...args], { cwd, encoding: 'utf8', env });
}

/** A process that runs calls one after the other, and is loaded once. */
type Server = Readonly<{
  run(call: Call): Ran;
  /** Makes it write down which lines it ran: it may end when nobody reads them any more. */
  tellCoverage(): void;
}>;

function newServer(): Server {
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const { port1: answers, port2 } = new MessageChannel();
  const bridge = new Worker(new URL('bridge.mjs', import.meta.url), {
    workerData: { answered, answers: port2 },
    transferList: [port2],
  });
  const ask = (message: Call | 'coverage'): unknown => {
    answered[0] = 0;
    bridge.postMessage(message);
    Atomics.wait(answered, 0, 0);
    return receiveMessageOnPort(answers)?.message;
  };
  bridge.unref();
  return { run: (call) => ask(call) as Ran, tellCoverage: () => void ask('coverage') };
}

/** The server of this thread; other test files of the thread find it, too. */
const held = globalThis as { flinchServer?: Server };

export function stage(): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'flinch-cli-'));
  return {
    folder,
    flinch: (args, environment = {}, below = '') => {
      held.flinchServer ??= newServer();
      // Of the threads that it starts no lines are counted: they run what it runs, and slower.
      const uncounted = { NODE_V8_COVERAGE: '', ...environment };
      return held.flinchServer.run(callOf(join(folder, below), args, uncounted));
    },
    alone: (args, environment = {}) => alone(callOf(folder, args, environment)),
    scenario: (name, changes) => {
      const original: Changes = parse(readFileSync(small, 'utf8'));
      const own = changed(original, { data: { file: dataFile } });
      writeFileSync(join(folder, name), JSON.stringify(changed(own, changes), null, 2));
      return name;
    },
    clear: () => {
      held.flinchServer?.tellCoverage();
      rmSync(folder, { recursive: true });
    },
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
