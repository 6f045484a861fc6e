/** One check in a thread of its own: the checker knows no deadline, but a thread can be ended. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { check_spec_with_options, initSync } from 'tla-checker';

const wasm = createRequire(import.meta.url).resolve('tla-checker/tla_checker_bg.wasm');
initSync({ module: readFileSync(wasm) });

/** @type {{ module: string, options: object }} */
const { module, options } = workerData;
parentPort?.postMessage(check_spec_with_options(module, JSON.stringify(options)));
