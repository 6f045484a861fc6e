#!/usr/bin/env node
/**
 * The `flinch` command: hands the arguments to the parser and owns the process around it.
 *
 * Nothing here calls `process.exit`: what was written to a pipe would be cut off. The exit code is
 * set, and Node ends when there is nothing left to do.
 */
import './compiler.js';

import process from 'node:process';

import { commands } from './commands.js';
import { runCli } from './parser.js';

// A reader that has seen enough (`flinch ... | head`) closes the pipe. The run goes on to its end,
// so that its exit code still tells the truth; any other failure to write is a real one.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

process.exitCode = await runCli(process.argv.slice(2), commands);
