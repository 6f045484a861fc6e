/** A thread that waits for the server, so that whoever asks it can wait without a promise. */
import { fork } from 'node:child_process';
import { parentPort, workerData } from 'node:worker_threads';

/** @type {{ answered: Int32Array, answers: import('node:worker_threads').MessagePort }} */
const { answered, answers } = workerData;
const server = fork(new URL('server.mjs', import.meta.url));

/** @param {unknown} answer */
function give(answer) {
  answers.postMessage(answer);
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
}

server.on('message', give);
server.on('exit', (code) => give({ status: code, stdout: '', stderr: 'the server has ended' }));
parentPort?.on('message', (/** @type {object} */ call) => server.send(call));
