/**
 * The list of commands, in the order in which the help shows them: the one place to register one.
 *
 * A command states its name, its words and its options here, and imports the module that does the
 * work within its handler (`await import('./run.js')`), so that `--help` never loads the engine.
 */
import type { Argv, CommandModule, Options } from 'yargs';

const text = (describe: string): Options => ({ type: 'string', requiresArg: true, describe });

const allowCode: Options = {
  type: 'boolean',
  describe: 'Load the modules that the scenario names, and run their code',
};

const json: Options = { type: 'boolean', describe: 'Print one JSON document on stdout' };

const run: CommandModule = {
  command: 'run <scenarios..>',
  describe: 'Run scenarios under one seed or many, and judge their laws',
  builder: (parser: Argv) =>
    parser
      .positional('scenarios', {
        type: 'string',
        array: true,
        describe: 'Scenario files (YAML), or folders of them',
      })
      .options({
        seed: text('One seed: any text of at most 64 characters; drawn if none is named'),
        seeds: text('Seeds A..B, decimal integers, both included'),
        shard: text('The part I/N of the seeds of --seeds: every N-th, from the I-th on'),
        workers: text('Worker threads; 0 judges in this thread (default: one a core)'),
        'time-budget': text('Begin no seed after this time (30s, 5m); alone: as many seeds as fit'),
        'min-seeds': text('Fewest seeds of a --time-budget without --seeds (default: 100)'),
        mutant: text('Swap in a deliberate bug of the zoo'),
        'allow-code': allowCode,
        'max-failures': text('Most failing seeds of a scenario that leave a folder (default: 10)'),
        out: text('Where failing seeds leave their folders (default: flinch-out)'),
        corpus: text('Run the failing plans in this folder first, and store new ones in it'),
        itf: text('Write the checkpoint coordinator of one seed as an ITF trace to this file'),
        checkpoints: text(
          "Write what Flink's REST would tell of one seed's checkpoints to this file",
        ),
        rollbacks: text('Write what each restore of one seed rolled back to this file'),
        reporter: text(
          'Forms of the answer, NAME on stdout or NAME=FILE: default, dot, json, ndjson, junit, ' +
            'github, markdown, shard (for merge); several, with commas between them',
        ),
        json: { ...json, describe: 'Print one JSON document on stdout: --reporter json' },
        quiet: { type: 'boolean', alias: 'q', describe: 'Say the verdict and failures only' },
        verbose: { type: 'boolean', alias: 'v', describe: 'Say every failure, and the moments' },
      })
      .example('$0 run scenarios/small.yaml', 'one drawn seed')
      .example('$0 run scenarios/small.yaml --seeds 0..999', 'a thousand seeds')
      .example('$0 run scenarios/small.yaml scenarios/splits.yaml --seeds 0..99', 'two scenarios')
      .example(
        '$0 run scenarios/small.yaml --seeds 0..99 --corpus corpus',
        'what failed once goes first',
      )
      .example(
        '$0 run scenarios/small.yaml --seed 7 --itf small.itf.json',
        'a trace for TLA+ tools',
      )
      .example(
        '$0 run scenarios/small.yaml --seed 7 --checkpoints small.json',
        'counts, summary and history of its checkpoints',
      )
      .example('$0 run scenarios/flights.yaml --time-budget 5m --json', 'what five minutes hold')
      .example(
        '$0 run scenarios/word-count.yaml --seeds 0..99 --reporter default,junit=out.xml',
        'several reports at once',
      ),
  handler: async (args) => {
    const { runCommand } = await import('./run.js');
    await runCommand(args);
  },
};

const merge: CommandModule = {
  command: 'merge <files..>',
  describe: 'Tell what the parts of a campaign came to, as one run',
  builder: (parser: Argv) =>
    parser
      .positional('files', { type: 'string', array: true, describe: 'Files of --reporter shard' })
      .options({
        reporter: text('As those of run'),
        json: { ...json, describe: 'Print one JSON document on stdout: --reporter json' },
        quiet: { type: 'boolean', alias: 'q', describe: 'Say the verdict and failures only' },
        verbose: { type: 'boolean', alias: 'v', describe: 'Say every failure, and the moments' },
      })
      .example(
        '$0 run scenarios/small.yaml --seeds 0..99 --shard 1/2 --reporter shard=1.jsonl',
        'one half of the seeds',
      )
      .example('$0 merge 1.jsonl 2.jsonl', 'what both halves came to'),
  handler: async (args) => {
    const { mergeCommand } = await import('./merge.js');
    await mergeCommand(args);
  },
};

const replay: CommandModule = {
  command: 'replay <folder>',
  describe: 'Run the plan of a failure again, and compare its fingerprint',
  builder: (parser: Argv) =>
    parser
      .positional('folder', { type: 'string', describe: 'A folder that a failing seed left' })
      .options({ 'allow-code': allowCode, json })
      .example('$0 replay flinch-out/small-seed-7', 'the same events to the last bit'),
  handler: async (args) => {
    const { replayCommand } = await import('./replay.js');
    await replayCommand(args);
  },
};

const zoo: CommandModule = {
  command: 'zoo',
  describe: 'Hunt every mutant of the zoo, and count false alarms',
  builder: (parser: Argv) =>
    parser
      .options({
        mutants: text('A folder of mutants (ID.patch) instead of the zoo'),
        seeds: text('Seeds A..B of the hunt (default: 1..200)'),
        budget: text('Most CPU-seconds of search for one mutant'),
        clean: text('Clean seeds to judge (default: 1000)'),
        workers: text('Worker threads (default: one a core)'),
        json,
      })
      .example('$0 zoo', 'which bugs are found, by which law, and how soon')
      .example('$0 zoo --mutants ./mine --clean 0', 'mutants of your own'),
  handler: async (args) => {
    const { zooCommand } = await import('./zoo.js');
    await zooCommand(args);
  },
};

const explain: CommandModule = {
  command: 'explain [subject] [scenario]',
  describe: 'Tell a law, a fault, a moment, or what a scenario comes to',
  builder: (parser: Argv) =>
    parser
      .positional('subject', {
        type: 'string',
        describe: 'A law, fault or moment; checkpoint; configuration; without one, all are listed',
      })
      .positional('scenario', {
        type: 'string',
        describe: 'A scenario file (YAML), for configuration and exactly-once',
      })
      .options({
        seed: text('The seed that lays out the data (default: 0)'),
        'allow-code': allowCode,
        diagram: {
          type: 'string',
          describe: 'Draw the states of a checkpoint: mermaid (default) or dot',
        },
      })
      .example('$0 explain', 'every law, fault and moment by name')
      .example('$0 explain two-phase-commit', 'what it says, and what it judges from')
      .example('$0 explain exactly-once scenarios/windows.yaml', 'which sinks know late records')
      .example('$0 explain configuration scenarios/small.yaml', 'every key that is in force')
      .example('$0 explain checkpoint --diagram dot', 'its states, for Graphviz'),
  handler: async (args) => {
    const { explainCommand } = await import('./explain.js');
    await explainCommand(args);
  },
};

const check: CommandModule = {
  command: 'check <history>',
  describe: 'Judge what another system recorded of its sources and sink',
  builder: (parser: Argv) =>
    parser
      .positional('history', { type: 'string', describe: 'Its lines (JSON Lines, or gzipped)' })
      .options({
        guarantee: { ...text('exactly-once or at-least-once'), demandOption: true },
        json,
      })
      .example('$0 check history.jsonl --guarantee exactly-once', 'what is lost, what doubled'),
  handler: async (args) => {
    const { checkCommand } = await import('./check.js');
    await checkCommand(args);
  },
};

const doctor: CommandModule = {
  command: 'doctor',
  describe: 'Check this installation: versions, determinism, folder',
  builder: (parser: Argv) =>
    parser
      .options({ out: text('The folder for failures that is tried (default: flinch-out)'), json })
      .example('$0 doctor', 'versions, determinism, the output folder'),
  handler: async (args) => {
    const { doctorCommand } = await import('./doctor.js');
    await doctorCommand(args);
  },
};

const completion: CommandModule = {
  command: 'completion [shell]',
  describe: 'Print a script by which bash or zsh complete this command',
  builder: (parser: Argv) =>
    parser
      .positional('shell', { type: 'string', describe: 'bash or zsh (default: that of SHELL)' })
      .example('$0 completion bash', 'source it, or add it to ~/.bashrc'),
  handler: async (args) => {
    const { completionCommand } = await import('./completion.js');
    const takers = commands.map(({ command }) => String(command).split(' '));
    const named = takers.filter((words) => words.some((word) => /^[<[]scenario/.test(word)));
    completionCommand(
      args,
      named.map(([name = '']) => name),
    );
  },
};

const init: CommandModule = {
  command: 'init [folder]',
  describe: 'Write a first scenario, and a test and a workflow that run it',
  builder: (parser: Argv) =>
    parser
      .positional('folder', { type: 'string', describe: 'Where (default: this folder)' })
      .options({ 'dry-run': { type: 'boolean', describe: 'Name the files, and write none' } })
      .example('$0 init my-job', 'then: flinch run my-job/scenario.yaml')
      .example('$0 init --dry-run', 'what it would write here'),
  handler: async (args) => {
    const { initCommand } = await import('./init.js');
    initCommand(args);
  },
};

const schema: CommandModule = {
  command: 'schema <name>',
  describe: 'Print a JSON Schema, for an editor or a validator',
  builder: (parser: Argv) =>
    parser
      .positional('name', {
        type: 'string',
        describe:
          'scenario, or a document: run, ndjson, replay, zoo, check, checkpoints, rollbacks, ' +
          'doctor',
      })
      .example('$0 schema scenario', 'what a scenario file may hold')
      .example('$0 schema run', 'the document of run --json'),
  handler: async (args) => {
    const { schemaCommand } = await import('./schema.js');
    schemaCommand(args);
  },
};

const demo: CommandModule = {
  command: 'demo',
  describe: 'Run 200 seeds of the main job, then find a planted bug',
  builder: (parser: Argv) => parser.options({ workers: text('Worker threads') }),
  handler: async (args) => {
    const { demoCommand } = await import('./demo.js');
    await demoCommand(args);
  },
};

export const commands: readonly CommandModule[] = [
  ...[run, merge, replay, zoo, explain, schema, check, doctor, completion, init, demo],
];
