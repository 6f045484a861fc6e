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

const giveUp = () => give({ status: server.exitCode, stdout: '', stderr: 'the server has ended' });

server.on('message', give);
server.on('exit', giveUp);
parentPort?.on('message', (/** @type {object | string} */ call) => {
  if (server.connected) server.send(call);
  else giveUp();
});
