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

test('another subject is a mistake', () => {
  const { status, stderr } = flinch(['explain', 'exactly-twice', small]);
  expect(status).toBe(2);
  expect(stderr).toBe('exactly-twice: nothing is known of it; what is explained is exactly-once\n');
});
