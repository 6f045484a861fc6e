/**
 * How V8 compiles hot code in this process and in its workers: in place. By default it compiles in
 * threads of its own while the slow code goes on, which costs more CPU time in all; a campaign has
 * a worker on every core, so those threads would only take turns with it. Imported before anything
 * else, for the sake of this effect.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--no-concurrent-recompilation');
