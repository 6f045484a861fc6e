/** Goal: what fails while nobody waits for it is told as whose it is. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { expect, test } from 'vitest';

const built = new URL('../../dist/outside/failures.js', import.meta.url).href;

/** Runs a program that listens for failures. */
function ran(program: string): Readonly<{ status: number | null; stdout: string; stderr: string }> {
  const text = `import { begunBy, failuresHeard, listenForFailures } from '${built}';
    listenForFailures();
    ${program}`;
  const args = ['--input-type=module', '--eval', text];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

test.each([
  ['a rejection', 'Promise.reject(new Error("ours"));'],
  ['an exception', 'setImmediate(() => { throw new Error("ours"); });'],
])('%s that no code of the user began ends the process as a bug', (_name, failing) => {
  const { status, stderr } = ran(failing);
  expect(status).toBe(70);
  expect(stderr).toContain('Error: ours');
});

test('what code of the user began is kept for whoever asks, unless it is told already', () => {
  const { status, stdout, stderr } = ran(`
    const late = (by, isTold) => begunBy(by, () => setImmediate(() => { throw by; }), () => isTold);
    late('seed 1', false);
    late('seed 2', true);
    late('seed 3', false);
    setTimeout(async () => {
      const third = await failuresHeard('seed 3');
      console.log(JSON.stringify([third, await failuresHeard(), await failuresHeard()]));
    }, 1);`);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const of = (by: string) => ({ by, text: `a callback threw: ${by}` });
  expect(JSON.parse(stdout)).toEqual([[of('seed 3')], [of('seed 1')], []]);
});
