/**
 * The workloads of the kernel, run by the product's own world, loop and queue.
 *
 * - Balls (W1, W2): 16 processes, a connection for each pair, and on each two messages that go to
 *   and fro, one from either end; whoever receives one mixes it into its state, folds it into a
 *   hash and sends it back. Latency is uniform in 1,000 .. 9,999 µs; the trace hash and the checks
 *   for faults are on. The peers' programs over connections do the same.
 * - Hold (W3): so many timers, due after an exponential time of 1 s in the mean; each that elapses
 *   is set again. They turn in the loop with its trace hash.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * @typedef {import('../../src/kernel/actor.js').Event} Event
 * @typedef {import('../../src/kernel/actor.js').Message} Message
 * @typedef {import('../../src/kernel/actor.js').Out} Out
 * @typedef {Message & { readonly payload: number, readonly from: number }} Ball
 * @typedef {{ mixed: number, timer: number }} Player
 *
 * @typedef {object} Done  what a workload has done
 * @property {number} count  deliveries, holds or seeds
 * @property {string} checksum  the same in each run
 * @property {number} [growth]  of memory, as a ratio
 * @property {number} [bytes]  held for all that is counted
 * @property {number} [seconds]  of CPU, where another process did it; else it is measured outside
 *
 * @typedef {object} House  the built modules under test
 * @property {typeof import('../../src/world/world.js')} world
 * @property {typeof import('../../src/kernel/loop.js')} loop
 * @property {typeof import('../../src/kernel/noise.js')} noise
 * @property {typeof import('../../src/kernel/trace.js')} trace
 */

const PLAYERS = 16;
const numbers = new Map(Array.from({ length: PLAYERS }, (_, index) => [`node-${index}`, index]));
const names = [...numbers.keys()];
const network = {
  latencyMicrosMin: 1_000,
  latencyMicrosMax: 9_999,
  tailMicrosMean: 0,
  connectTimeoutMicros: 1_000_000,
};
const disk = { appendMicros: 10, syncMicrosMin: 100, syncMicrosMax: 200, readMicros: 10 };
const blind = { sees: [], messages: [], see: () => undefined };
const timeout = { kind: 'timeout', subject: 0 };

/**
 * Loads the built modules from a folder.
 *
 * @param {string} dist
 * @returns {Promise<House>}
 */
export async function houseIn(dist) {
  const from = (/** @type {string} */ file) => import(pathToFileURL(join(dist, file)).href);
  return {
    world: await from('world/world.js'),
    loop: await from('kernel/loop.js'),
    noise: await from('kernel/noise.js'),
    trace: await from('kernel/trace.js'),
  };
}

/**
 * @param {House} house
 * @param {number} seed
 * @param {number} deliveries  after so many the run is stopped
 * @param {boolean} withTimers  each message sets a timeout and cancels the one before
 * @returns {Done}
 */
export function balls(house, seed, deliveries, withTimers = false) {
  const { createWorld, runWorld, stopWorld, calmConditions } = house.world;
  let left = deliveries;
  let hash = 0;

  /** @param {Player} player @param {number} self @param {Ball} ball @param {Out} out */
  function play(player, self, ball, out) {
    let mixed = Math.imul(player.mixed ^ ball.payload, 0x9e3779b1);
    mixed ^= mixed >>> 15;
    player.mixed = mixed;
    hash = Math.imul(hash ^ out.now(), 0x01000193);
    hash = Math.imul(hash ^ (ball.from | (self << 8)), 0x01000193);
    hash = Math.imul(hash ^ mixed, 0x01000193);
    return { kind: 'ball', subject: ball.subject + 1, payload: mixed, from: self };
  }

  /** @param {number} self */
  const programOf = (self) => ({
    boot: () => ({ mixed: 0, timer: 0 }),
    /** @param {unknown} state @param {Event} event @param {Out} out */
    step(state, event, out) {
      const player = /** @type {Player} */ (state);
      if (event.kind === 'received') {
        const ball = play(player, self, /** @type {Ball} */ (event.message), out);
        if (withTimers) {
          out.cancelTimer(player.timer);
          player.timer = out.setTimer(50_000, timeout);
        }
        left -= 1;
        if (left > 0) out.send(event.connection, ball);
        else stopWorld(world);
      } else if (event.kind === 'connected' || event.kind === 'accepted') {
        const payload = self * PLAYERS + (numbers.get(event.peer) ?? 0);
        out.send(event.connection, ballOf(payload, self));
      } else if (event.kind === 'started') {
        for (const name of names.slice(self + 1)) out.connect(name, 'ball');
      }
    },
  });

  const processes = names.map((name, self) => ({
    name,
    program: programOf(self),
    conditions: calmConditions(),
    restartDelayMicros: 0,
    clockOffsetMicros: 0,
  }));
  const key = { high: seed, low: 7 };
  const world = createWorld({ key, network, disk, processes, faults: [], observer: blind });
  const ending = runWorld(world, { events: Infinity, until: Infinity });
  if (ending !== 'stopped') throw new Error(`the balls came to rest: ${ending}`);
  const fingerprint = house.trace.hexOfFingerprint(world.pump.fingerprint);
  return { count: deliveries, checksum: `${fingerprint} ${hash}` };
}

/** @param {number} payload @param {number} from @returns {Ball} */
function ballOf(payload, from) {
  return { kind: 'ball', subject: 0, payload, from };
}

/**
 * @param {House} house
 * @param {number} seeds
 * @param {number} deliveries  of each seed
 * @returns {Done}
 */
export function manyBalls(house, seeds, deliveries) {
  let checksum = '';
  for (let seed = 0; seed < seeds; seed += 1) ({ checksum } = balls(house, seed, deliveries));
  return { count: seeds * deliveries, checksum };
}

/**
 * @param {House} house
 * @param {number} timers
 * @param {number} holds
 * @returns {Done}
 */
export function hold(house, timers, holds) {
  const { exponential, noise } = house.noise;
  const key = { high: 1, low: 7 };
  const entity = { name: 'timer', high: 3, low: 4 };
  const delay = (/** @type {number} */ n) => exponential(noise(key, 5, entity, n, 1), 1_000_000);
  const pump = house.loop.pump();
  const { queue } = pump;
  for (let timer = 0; timer < timers; timer += 1) queue.push(delay(timer), 1, timer, 0, undefined);
  let drawn = timers;
  house.loop.runLoop(pump, { events: holds, until: Infinity }, (op, timer, count) => {
    queue.push(queue.now + delay(drawn), op, timer, count + 1, undefined);
    drawn += 1;
  });
  return { count: holds, checksum: house.trace.hexOfFingerprint(pump.fingerprint) };
}
