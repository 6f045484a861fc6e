/**
 * `flinch replay` over folders that were damaged, or changed by hand: whatever stands in them,
 * there is a verdict or a mistake that is told, and the folder stays as it is.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Misfortune } from '../../src/faults/fault.js';
import { momentNames } from '../../src/history/moment.js';
import { plainSink, stage } from './stage.js';
import { fuzz as fuzzed } from '../fuzz.js';

const { folder, flinch, scenario, clear } = stage();

afterAll(clear);

type Json = unknown;
type Path = readonly (string | number)[];

const files = { 'plan.json': '', 'verdict.json': '' };
const names = Object.keys(files) as (keyof typeof files)[];

beforeAll(() => {
  // Short runs, and a budget that ends those that go on for ever.
  const few = { data: { records: 40 }, budget: { simulatedSeconds: 10, events: 50_000 } };
  const faults = { ...(plainSink['faults'] as object), fromMillis: 10, toMillis: 300 };
  scenario('plain.yaml', { ...plainSink, ...few, faults });
  const { stdout } = flinch(['run', 'plain.yaml', '--seeds', '0..9', '--json']);
  const { failures } = JSON.parse(stdout) as { failures: { folder: string }[] };
  const original = join(folder, failures[0]?.folder ?? '');
  for (const name of names) files[name] = readFileSync(join(original, name), 'utf8');
});

/** Replays the folder with one file changed; gives the exit code. */
function soundly(name: keyof typeof files, content: string | Uint8Array): number | null {
  const at = join(folder, 'flinch-out', 'changed');
  rmSync(at, { recursive: true, force: true });
  mkdirSync(at, { recursive: true });
  const all = { ...files, [name]: content };
  for (const one of names) writeFileSync(join(at, one), all[one]);
  const { status, stdout, stderr } = flinch(['replay', 'flinch-out/changed']);
  const said = JSON.stringify({ status, stdout, stderr });
  expect([0, 1, 2, 3, 4], said).toContain(status);
  expect(stdout + stderr, said).not.toMatch(/\n {4}at |undefined|\[object|NaN/);
  if (status === 2) expect(stdout === '' && stderr.length > 1, said).toBe(true);
  else expect(stdout, said).toMatch(/^[A-Z]+ {2}\S/);
  expect(readdirSync(at).sort()).toEqual(names);
  for (const one of names) expect(readFileSync(join(at, one))).toEqual(Buffer.from(all[one]));
  return status;
}

const fuzz = (numRuns: number) => fuzzed(numRuns, 20_260_102);

/** Every path into a value. */
function pathsOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([step, one]) => pathsOf(one, [...path, step]))];
}

/** The value with what stands at a path changed; undefined takes it out, even of a list. */
function changedAt(value: Json, [step, ...rest]: Path, change: (old: Json) => Json): Json {
  if (step === undefined) return change(value);
  const entries = Object.entries(value as object).map(([key, old]): [string, Json] =>
    key === step ? [key, changedAt(old, rest, change)] : [key, old],
  );
  const kept = entries.filter(([, one]) => one !== undefined);
  return Array.isArray(value) ? kept.map(([, one]) => one) : Object.fromEntries(kept);
}

const numbers = [-1, 0, 1, 7, 0.5, 1_000, 1e9, 1e12, 2 ** 31, 2 ** 53 - 1, -(2 ** 53), 1e300];
const others = [undefined, null, true, '', 'self', '7', [], {}];
const other = fc.oneof(fc.constantFrom<Json>(...numbers, ...others), fc.jsonValue({ maxDepth: 2 }));
const change = fc.record({ pick: fc.nat(), number: fc.constantFrom(...numbers), by: other });

test('fields that are taken out, of another type, or beyond what they may be', () => {
  const changes = fc.array(change, { minLength: 1, maxLength: 3 });
  const statuses = new Set<number | null>();
  fc.assert(
    fc.property(changes, fc.boolean(), (all, onlyNumbers) => {
      const made = all.reduce<Json>((json, { pick, number, by }) => {
        const leads = (path: Path): boolean => path.length > 0 && !path.includes('budget');
        const isNumber = (path: Path): boolean =>
          typeof path.reduce((at, step) => (at as Record<string, Json>)[step], json) === 'number';
        const paths = pathsOf(json).filter(
          (path) => leads(path) && (!onlyNumbers || isNumber(path)),
        );
        return changedAt(json, paths[pick % paths.length] ?? [], () => (onlyNumbers ? number : by));
      }, JSON.parse(files['plan.json']));
      statuses.add(soundly('plan.json', JSON.stringify(made) ?? ''));
    }),
    fuzz(30),
  );
  expect(statuses.size).toBeGreaterThan(1);
});

test('any faults within their bounds give a verdict', () => {
  const managers = [0, 1, 2].map((index) => `task-manager-${String(index)}`);
  const there = ['job-manager-0', ...managers, 'object-store', 'registry', 'log-broker'];
  const edges = [0, 1, 999_999_999_999, 1_000_000_000_000];
  const micros = fc.oneof(fc.nat(600_000), fc.constantFrom(...edges));
  const duration = micros;
  const perMille = fc.constantFrom(0, 1, 500, 1_000);
  const factor = fc.constantFrom(1, 2, 1_000);
  const kind = <Kind extends Misfortune['kind']>(name: Kind): fc.Arbitrary<Kind> =>
    fc.constant(name);
  const service = fc.constantFrom(...there.slice(-3));
  const disk = fc.constant('log-broker');
  const whatOf = (process: fc.Arbitrary<string>): fc.Arbitrary<Misfortune> => {
    const group = fc.array(process, { minLength: 1, maxLength: 4 });
    const [silent, bothWays] = [fc.boolean(), fc.boolean()];
    const by = fc.oneof(
      micros,
      micros.map((ahead) => -ahead),
    );
    return fc.oneof(
      fc.record({ kind: kind('crash'), process, silent, restartAfter: micros }),
      fc.record({ kind: kind('pause'), process, duration }),
      fc.record({ kind: kind('partition'), from: group, to: group, bothWays, duration }),
      fc.record({ kind: kind('clog'), from: process, to: process, duration }),
      fc.record({ kind: kind('break'), between: fc.tuple(process, process) }),
      fc.record({ kind: kind('slow'), process: service, factor, duration }),
      fc.record({ kind: kind('failing'), process: service, perMille, duration }),
      fc.record({ kind: kind('unanswered'), process: service, perMille, duration }),
      fc.record({ kind: kind('clockSkew'), process, by, duration }),
      fc.record({ kind: kind('slowDisk'), process: disk, factor, duration }),
      fc.record({ kind: kind('failingDisk'), process: disk, duration }),
    );
  };
  const timed = fc.record({ at: micros });
  const moment = fc.constantFrom(...momentNames);
  const aim = fc.record({ moment, occurrence: fc.integer({ min: 1, max: 9 }) });
  const aimed = fc.record({ aim, after: fc.oneof(fc.constant(0), micros) });
  const fault = fc.oneof(
    fc.record({ when: timed, what: whatOf(fc.constantFrom(...there)) }),
    fc.record({ when: aimed, what: whatOf(fc.constantFrom(...there, 'self', 'self')) }),
  );
  const [simple] = fc.sample(fault, { seed: 1, numRuns: 1 });
  const many = Array.from({ length: 1_000 }, () => simple);
  fc.assert(
    fc.property(fc.array(fault, { maxLength: 12 }), (faults) => {
      const file = JSON.parse(files['plan.json']) as { plan: object };
      const plan = { ...file.plan, faults };
      expect(soundly('plan.json', JSON.stringify({ ...file, plan }))).not.toBe(2);
    }),
    { ...fuzz(20), examples: [[many]] },
  );
});

test('bytes that are lost, changed or put in between', () => {
  const hit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    lost: fc.oneof(fc.nat(20), fc.constant(Infinity)),
    more: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 9 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 9 }),
    ),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.array(hit, { minLength: 1, maxLength: 3 }),
      (name, hits) => {
        const bytes = hits.reduce<Buffer>((before, { at, lost, more }) => {
          const start = Math.floor(at * before.length);
          return Buffer.concat([before.subarray(0, start), more, before.subarray(start + lost)]);
        }, Buffer.from(files[name]));
        soundly(name, bytes);
      },
    ),
    {
      ...fuzz(30),
      examples: [['plan.json', [{ at: 0, lost: Infinity, more: Buffer.from('['.repeat(30_000)) }]]],
    },
  );
});
