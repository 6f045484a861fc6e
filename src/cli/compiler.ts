/**
 * How V8 compiles hot code in the workers that this process makes later. In place: by default it
 * compiles in threads of its own while the slow code goes on, which costs more CPU time in all; a
 * campaign has a worker on every core, so those threads would only take turns with it. And later
 * than usual: the engine is many functions of which most are warm and few are hot, and compiling
 * took a quarter of the first 500 seeds. Imported before anything else, for the sake of this
 * effect.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--no-concurrent-recompilation');
setFlagsFromString('--interrupt-budget=160000');
