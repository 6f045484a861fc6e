/**
 * Imported first by a worker that runs a mutant: registers the hook that replaces one module. What
 * it replaces stands in the environment, put there by whoever started the worker.
 */
import { register } from 'node:module';
import { env } from 'node:process';
import { MUTANT_VARIABLE } from './mutant-hooks.js';

const data: unknown = JSON.parse(env[MUTANT_VARIABLE] ?? 'null');
if (data !== null) register('./mutant-hooks.js', { parentURL: import.meta.url, data });
