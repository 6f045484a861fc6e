/**
 * The parser of the command line: strict, in English whatever the locale, and the same on every
 * machine. A mistake in the arguments goes to stderr with the nearest name that exists.
 *
 * Exit codes that are decided here: 2 for a mistake of the user, 70 for a bug of ours. A command
 * that ends well decides its own by setting `process.exitCode`.
 */
import process from 'node:process';
import type { Argv, CommandModule } from 'yargs';
import yargs from 'yargs';

import { InputError } from '../campaign/input-error.js';
import { nearestOf } from '../kernel/did-you-mean.js';
import { versionOfPackage } from './version.js';

/** What a shell asks with, before a command line that is not yet whole: what may stand there? */
export const COMPLETE = '--get-yargs-completions';

/** Arguments that mean nothing to us: the user's mistake, told apart from a bug of ours. */
class Mistake extends Error {}

/**
 * Parses the arguments, runs the command that they name, and gives the exit code.
 *
 * @param args      the arguments after the name of the program
 * @param commands  the commands to choose from
 */
export async function runCli(
  args: readonly string[],
  commands: readonly CommandModule[],
): Promise<number> {
  const parser = parserOf(args, commands);
  try {
    if (args[0] !== COMPLETE) refuseRepeated(args);
    await parser.parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof InputError) return reportInput(error);
    return error instanceof Mistake
      ? reportMistake(error, parser, args, commands)
      : reportBug(error);
  }
}

const EXIT_CODES = [
  'Exit codes: 0 all laws hold, 1 a law is violated, 2 usage or bad input, 3 one plan gave two',
  'fingerprints, 4 inconclusive, 70 a bug of ours, 130 interrupted. The worst wins.',
].join('\n');

function parserOf(args: readonly string[], commands: readonly CommandModule[]): Argv {
  return yargs([...args])
    .scriptName('flinch')
    .usage('$0 <command>\n\nDoes your job flinch? Deterministic fault injection for streams.')
    .locale('en')
    .wrap(100)
    .command([...commands])
    .demandCommand(1, 'Name a command.')
    .strict()
    .parserConfiguration(oneSpelling)
    .exitProcess(false)
    .fail(stop)
    .version(versionOfPackage())
    .epilogue(EXIT_CODES)
    .help();
}

/** An option has one name, so that one that is given twice is seen; a dot is a part of a name. */
const oneSpelling = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
} as const;

// A handler would still run after a mistake was found; only a throw keeps it from that.
function stop(message: string | null, error: Error): never {
  throw message === null ? error : new Mistake(message);
}

/** What may be said again: each adds to the ones before it. */
const repeatable: readonly string[] = ['--reporter'];

// The parser would make a list of them, and no other option is one.
function refuseRepeated(args: readonly string[]): void {
  const end = args.indexOf('--');
  const names = (end === -1 ? args : args.slice(0, end))
    .filter((arg) => arg.startsWith('--'))
    .map((arg) => arg.split('=')[0] ?? '');
  const twice = names.find(
    (name, index) => names.indexOf(name) !== index && !repeatable.includes(name),
  );
  if (twice !== undefined) throw new Mistake(`${twice} is given more than once.`);
}

function reportMistake(
  { message }: Mistake,
  parser: Argv,
  args: readonly string[],
  commands: readonly CommandModule[],
): number {
  const known = [...commands.map(nameOf), ...optionsOf(parser)];
  const hints = unknownOf(message, args).flatMap((name) => {
    const nearest = nearestOf(name, known) ?? nearestOf(`--${name}`, known);
    return nearest === undefined || args.includes(nearest) ? [] : [`Did you mean ${nearest}?`];
  });
  process.stderr.write([message, ...new Set(hints), 'See flinch --help.', ''].join('\n'));
  return 2;
}

// Where a command is missing, yargs says only that; a mistyped option then stands in the arguments.
function unknownOf(message: string, args: readonly string[]): readonly string[] {
  const named = /^Unknown (?:arguments?|commands?): (.*)$/m.exec(message)?.[1];
  if (named !== undefined) return named.split(', ');
  return args.filter((arg) => arg.startsWith('--')).map((arg) => arg.slice(2));
}

function reportInput({ message }: InputError): number {
  process.stderr.write(`${message}\n`);
  return 2;
}

function reportBug(error: Error): number {
  process.stderr.write(`A bug in flinch, please report it:\n${error.stack ?? String(error)}\n`);
  return 70;
}

function nameOf(command: CommandModule): string {
  const [usage] = [command.command ?? []].flat();
  return usage?.split(' ')[0] ?? '';
}

function optionsOf(parser: Argv): readonly string[] {
  // The types of yargs leave this function out; no other list holds a command's own options too.
  const untyped = parser as unknown as { getOptions(): { key: Readonly<Record<string, unknown>> } };
  return Object.keys(untyped.getOptions().key).map((name) => `--${name}`);
}
