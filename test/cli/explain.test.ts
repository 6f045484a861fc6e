/** `flinch explain exactly-once`: what the rows of each sink are compared with. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

import { root, small, stage } from './stage.js';

const { flinch, clear } = stage();

afterAll(clear);

test('each sink has its line, and what stands in the way of a stricter judgement', () => {
  const { status, stdout } = flinch([
    'explain',
    'exactly-once',
    join(root, 'scenarios/operators.yaml'),
  ]);
  expect(status).toBe(0);
  expect(stdout).toContain('sessions: depends on the input alone');
  expect(stdout).toContain('limited reads a state that changes as records come');
});

test('a configuration is shown whole, with what departs from Flink and what is computed', () => {
  const { status, stdout } = flinch(['explain', 'configuration', small]);
  expect(status).toBe(0);
  const lines = stdout.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '));
  expect(lines).toContain('execution.checkpointing.interval 170ms');
  expect(lines).toContain('execution.checkpointing.mode EXACTLY_ONCE default');
  expect(lines).toContain("high-availability.type kubernetes Flink's default: NONE");
  expect(lines).toContain('cluster.io-pool.size 4 computed');
  expect(lines).toContain('taskManagers 3, coresPerTaskManager 1, recordsPerBuffer 8');
});

test('another subject is a mistake', () => {
  const { status, stderr } = flinch(['explain', 'exactly-twice', small]);
  expect(status).toBe(2);
  expect(stderr).toBe(
    'exactly-twice: nothing is known of it; what is explained is configuration and exactly-once\n',
  );
});
