/** `flinch run --checkpoints`: what Flink's REST would tell of the checkpoints of one seed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, expect, test } from 'vitest';

import type { CheckpointCounts } from '../../src/history/entry.js';
import { small, stage } from './stage.js';

const { flinch, clear, folder, scenario } = stage();

afterAll(clear);

type Shown = Readonly<{ id: number; status: string }>;
type Subtask = Readonly<{ className: string; aborted?: boolean; state_size?: number }> &
  Readonly<{ checkpoint?: Readonly<{ async: number }> }>;
type Details = Readonly<{
  details: Shown & Readonly<{ tasks: Readonly<Record<string, object>> }>;
  subtasks: Readonly<Record<string, Readonly<{ subtasks: readonly Subtask[] }>>>;
}>;
type Told = Readonly<{
  details: readonly Details[];
  counts: CheckpointCounts;
  latest: Readonly<Record<string, Shown | null>>;
  history: readonly Shown[];
}>;

const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const toldIn = (file: string) => JSON.parse(read(file)) as Told;

test('the counts add up, the newest are shown, and equal runs give equal bytes', () => {
  const args = ['run', small, '--seed', '7', '--checkpoints', 'out/7.json'];
  const { status, stderr } = flinch([...args, '-v']);
  const before = read('out/7.json');
  const { counts, latest, history } = toldIn('out/7.json');
  const { total, in_progress, completed, failed, restored } = counts;
  const [told, ...table] = stderr.split('\n');
  expect({ status, told }).toEqual({ status: 0, told: `checkpoints: out/7.json, ${total} in all` });
  const heads = table.filter((line) => line.startsWith('checkpoint '));
  expect(heads.map((line) => line.split(' ').slice(1, 3).join(' ').replace(',', ''))).toEqual(
    history.map(({ id, status: end }) => `${id} ${end}`),
  );
  expect(total).toBe(in_progress + completed + failed);
  expect(restored).toBeGreaterThan(0);
  expect(completed).toBeGreaterThan(2);
  const ids = history.map(({ id }) => id);
  expect(ids).toEqual([...ids].sort((one, other) => other - one));
  expect(latest['completed']).toEqual(history.find((one) => one.status === 'COMPLETED'));

  flinch([...args, '--json']);
  expect(read('out/7.json')).toBe(before);
  expect(readdirSync(join(folder, 'out'))).toEqual(['7.json']);

  const schema = flinch(['schema', 'checkpoints']).stdout;
  const fits = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(schema) as object);
  fits(JSON.parse(before));
  expect(fits.errors).toBe(null);
  expect(fits({ ...toldIn('out/7.json'), history: [{ className: 'lost' }] })).toBe(false);
});

test('of each checkpoint that is shown there are its tasks and their subtasks', () => {
  flinch(['run', small, '--seed', '7', '--checkpoints', 'out/parts.json']);
  const { details, history } = toldIn('out/parts.json');
  expect(details.map((one) => one.details.id)).toEqual(history.map(({ id }) => id));
  for (const { details: whole, subtasks } of details) {
    expect(Object.keys(whole.tasks)).toEqual(['source', 'totals', 'sink']);
    const all = Object.values(subtasks).flatMap((task) => task.subtasks);
    if (whole.status === 'COMPLETED')
      for (const { className, aborted, checkpoint, state_size: size } of all) {
        expect([className, aborted]).toEqual(['completed', false]);
        expect(checkpoint?.async === 0).toBe(size === 0); // of one that had finished
      }
    else
      expect(all.some(({ className, aborted }) => className === 'pending' || aborted)).toBe(true);
  }
});

test('web.checkpoints.history says how many are shown, ten unless it does', () => {
  const configuration = { 'execution.checkpointing.interval': '40ms' };
  const calm = { faults: { kinds: [], max: 0 } };
  const idsOf = (name: string, more: object) => {
    scenario(`${name}.yaml`, { ...calm, name, configuration: { ...configuration, ...more } });
    flinch(['run', `${name}.yaml`, '--seed', '1', '--checkpoints', `${name}.json`]);
    const { counts, history } = toldIn(`${name}.json`);
    expect(counts.total).toBeGreaterThan(10);
    return history.map(({ id }) => id);
  };
  const ten = idsOf('ten', {});
  expect(ten).toHaveLength(10);
  expect(idsOf('two', { 'web.checkpoints.history': 2 })).toEqual(ten.slice(0, 2));
  expect(idsOf('none', { 'web.checkpoints.history': 0 })).toEqual([]);
});

test('what restores rolled back has a schema, and equal runs give equal bytes', () => {
  const args = ['run', small, '--seed', '7', '--rollbacks', 'out/back.json'];
  const { status, stderr } = flinch([...args, '-v']);
  const before = read('out/back.json');
  const told = JSON.parse(before) as { rollbacks: readonly { checkpoint: number }[] };
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: `rollbacks: out/back.json, ${told.rollbacks.length} in all\n`,
  });
  expect(told.rollbacks.map(({ checkpoint }) => checkpoint)).toEqual([2, 7]);
  flinch([...args, '--json']);
  expect(read('out/back.json')).toBe(before);
  const fits = new Ajv().compile(JSON.parse(flinch(['schema', 'rollbacks']).stdout) as object);
  fits(told);
  expect(fits.errors).toBe(null);
});

test('a trace may be written beside it', () => {
  const { status } = flinch([
    ...['run', small, '--seed', '3', '--itf', 'both/3.itf.json', '--checkpoints', 'both/3.json'],
  ]);
  expect(status).toBe(0);
  expect(readdirSync(join(folder, 'both'))).toEqual(['3.itf.json', '3.json']);
});

test.each([
  [['--seeds', '0..1', '--checkpoints', 'a.json'], '--checkpoints writes those of one run; name'],
  [['--seed', '1', '--itf', 'a.json', '--checkpoints', 'a.json'], 'both name a.json; name two'],
  [['--seed', '1', '--checkpoints', 'a', '--rollbacks', 'a'], 'both name a; name two files'],
  [['--seeds', '0..1', '--rollbacks', 'a.json'], '--rollbacks writes those of one run; name one'],
  [['--seed', '1', '--itf', 'a.json', '--checkpoints', '.'], '.: cannot be written: '],
  [['--seed', '1', '--checkpoints', '.'], 'see --checkpoints'],
])('bad input %j ends with 2 and one clear line, and leaves no file', (args, message) => {
  const { status, stdout, stderr } = flinch(['run', small, ...args]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr.split('\n')).toHaveLength(2);
  expect(readdirSync(folder).filter((name) => name.startsWith('a.json'))).toEqual([]);
});
