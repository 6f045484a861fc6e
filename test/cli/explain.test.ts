/** `flinch explain`: laws, faults and moments by name, and what a scenario comes to. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

import { lawNames, lawOf } from '../../src/check/suite.js';
import { listOfSubjects, subjectNames, textOfSubject } from '../../src/cli/subjects.js';
import { faultKinds } from '../../src/faults/fault.js';
import { meaningOfMoment, momentNames } from '../../src/history/moment.js';
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

test('every law, kind of fault and moment has a text of its own', () => {
  expect(subjectNames).toEqual([...lawNames, ...faultKinds, ...momentNames]);
  expect(new Set(subjectNames).size).toBe(subjectNames.length);
  for (const name of subjectNames) {
    const lines = (textOfSubject(name) ?? '').split('\n');
    expect(lines[0]).toMatch(new RegExp(`^${name}, a (law|fault|moment)$`));
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) {
      expect(line).toMatch(/\S$/);
      expect(line.length).toBeLessThanOrEqual(100);
    }
  }
  expect(textOfSubject('constructor')).toBeUndefined();
});

test('a law judges from entries that exist', () => {
  for (const name of lawNames)
    for (const entries of Object.keys(lawOf(name).judgesFrom))
      for (const entry of entries.split(', '))
        expect(meaningOfMoment(entry.split(' ')[0] ?? ''), `${name}: ${entry}`).toBeDefined();
});

test('a law is told with its source, and with what it judges from', () => {
  const { status, stdout } = flinch(['explain', 'exactly-once']);
  expect(status).toBe(0);
  expect(stdout).toContain(lawOf('exactly-once').says);
  expect(stdout).toContain("source      Flink's end-to-end exactly-once");
  expect(stdout).toContain('invariants  I-EO');
  expect(stdout).toContain('rowsVisible, valuesUpserted');
});

test('a fault is told with its field, a moment with who states it', () => {
  expect(textOfSubject('crash')).toContain('lasts       restartAfter');
  expect(textOfSubject('stored')).toContain('stated by   the engine');
  expect(textOfSubject('rowsVisible')).toContain('stated by   the world');
  expect(textOfSubject('witnessTaken')).toContain('stated by   the witness');
});

test('without a subject all are listed by group', () => {
  const { status, stdout } = flinch(['explain']);
  expect(status).toBe(0);
  expect(stdout).toContain(listOfSubjects());
  for (const name of [...subjectNames, 'configuration'])
    expect(stdout).toMatch(new RegExp(`\\b${name}\\b`));
});

test.each([
  [['exactly-twice'], 'exactly-twice: no such subject. Did you mean exactly-once?'],
  [['rowsVisble'], 'Did you mean rowsVisible?'],
  [['configuratoin', small], 'Did you mean configuration?'],
  [['elephant'], 'elephant: no such subject. explain without a subject lists them all.'],
  [['configuration'], 'configuration: name a scenario'],
  [['crash', small], 'crash: is the same in every scenario; name none'],
])('%j is a mistake', (args, hint) => {
  const { status, stdout, stderr } = flinch(['explain', ...args]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(hint);
});
