/**
 * The list of commands, in the order in which the help shows them: the one place to register one.
 *
 * A command states its name, its words and its options here, and imports the module that does the
 * work within its handler (`await import('./run.js')`), so that `--help` never loads the engine.
 */
import type { CommandModule } from 'yargs';

export const commands: readonly CommandModule[] = [];
