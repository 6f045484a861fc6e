/**
 * A process that runs the command again and again, each time as if it had just been started: with
 * the arguments, folder and environment that it is sent. Loading the command takes longer than most
 * of what tests ask of it. What a process itself does (signals, pipes that close) is tested on
 * processes of their own. Asked for its coverage, it writes down which lines it ran.
 */
import '../../dist/cli/compiler.js';

import process from 'node:process';
import { takeCoverage } from 'node:v8';

import { commands } from '../../dist/cli/commands.js';
import { runCli } from '../../dist/cli/parser.js';

/**
 * @typedef {object} Call
 * @property {readonly string[]} args
 * @property {string} cwd
 * @property {Readonly<Record<string, string>>} env
 */

const program = new URL('../../dist/cli/flinch.js', import.meta.url).pathname;

/** @param {NodeJS.WriteStream} stream */
function captured(stream) {
  /** @type {Buffer[]} */
  const blocks = [];
  stream.write = /** @type {typeof stream.write} */ (
    (/** @type {string | Uint8Array} */ block, /** @type {unknown[]} */ ...rest) => {
      blocks.push(Buffer.from(block));
      const done = rest.at(-1);
      if (typeof done === 'function') process.nextTick(done);
      return true;
    }
  );
  return () => Buffer.concat(blocks.splice(0)).toString();
}

const stdout = captured(process.stdout);
const stderr = captured(process.stderr);

process.on('message', (/** @type {Call | 'coverage'} */ call) => {
  if (call !== 'coverage') return void answer(call);
  takeCoverage();
  process.send?.({});
});

/** @param {Call} call */
async function answer({ args, cwd, env }) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.argv = [process.execPath, program, ...args];
  process.exitCode = undefined;
  const status = await runCli(args, commands);
  process.exitCode = undefined;
  process.send?.({ status, stdout: stdout(), stderr: stderr() });
}
