/** The parser with commands of the test's own: mistakes, hints, bugs and exit codes. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CommandModule } from 'yargs';

import { runCli } from '../../src/cli/parser.js';

const ran = vi.fn();
let stderr = '';

beforeEach(() => {
  stderr = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  ran.mockReset();
});

const commands: readonly CommandModule[] = [
  {
    command: 'run <scenario>',
    describe: 'Runs a scenario',
    builder: (parser) => parser.option('max-failures', { type: 'number', requiresArg: true }),
    handler: ran,
  },
];

test('a command runs with its options', async () => {
  expect(await runCli(['run', 'a.yaml', '--max-failures', '3'], commands)).toBe(0);
  expect(ran.mock.calls[0]?.[0]).toMatchObject({ scenario: 'a.yaml', 'max-failures': 3 });
});

test.each([
  [['rum', 'a.yaml'], 'Did you mean run?'],
  [['run', 'a.yaml', '--max-failure', '3'], 'Did you mean --max-failures?'],
  [['run', 'a.yaml', '--max-failures'], 'Not enough arguments following: max-failures'],
  [['run'], 'Not enough non-option arguments'],
  [['--versoin'], 'Did you mean --version?'],
  [['run', 'a.yaml', '--maxFailures', '3'], 'Did you mean --max-failures?'],
  [['run', 'a.yaml', '--no-max-failures'], 'Did you mean --max-failures?'],
  [['run', 'a.yaml', '--max-failures.x=3'], 'Did you mean --max-failures?'],
  [[], 'Name a command.'],
])('the mistake in %j is told, and nothing runs', async (args, hint) => {
  expect(await runCli(args, commands)).toBe(2);
  expect(stderr).toContain(hint);
  expect(ran).not.toHaveBeenCalled();
});

test('a name that is like no other gets no hint', async () => {
  expect(await runCli(['elephant'], commands)).toBe(2);
  expect(stderr).not.toContain('Did you mean');
});

test('an error that a command throws is a bug of ours', async () => {
  ran.mockRejectedValue(new Error('out of cheese'));
  expect(await runCli(['run', 'a.yaml'], commands)).toBe(70);
  expect(stderr).toContain('out of cheese');
});
