/**
 * The rooms of src/ and the walls between them, as data.
 *
 * This table stands once; the rules of dependency-cruiser are made from it, and test/rooms.test.ts
 * proves that they bite. A room's `may` names what it may import besides itself: a room (its doors,
 * or all of it where it has none), a file or folder of a room, or a room of which only types may be
 * taken. A flow that does not fit changes this table, and says why.
 *
 * `impure` says whether a room, or one file of it, may wait, ask the clock or touch the machine.
 */

/**
 * @typedef {string | { readonly typesOf: string }} Grant
 * @typedef {object} Room
 * @property {readonly string[]} [doors]  the files that other rooms may import; all, if left out
 * @property {readonly Grant[]} may  what this room may import besides itself
 * @property {true | readonly string[]} [impure]  the room, or its files, that reach outside
 */

const run = ['kernel', 'history', 'job', 'flink', 'faults', 'world', 'engine', 'check'];
const explore = [...run, 'run', 'analysis'];
const campaign = [...explore, 'explore'];
const report = [...campaign, 'campaign', 'outside', 'tla', 'tla-json-export'];

/** @type {Readonly<Record<string, Room>>} */
export const rooms = {
  kernel: { may: [], impure: ['guard'] },
  history: { may: ['kernel'] },
  job: { may: ['kernel'] },
  flink: { may: ['kernel', 'history'] },
  faults: { may: ['kernel', 'history'], doors: ['fault', 'nemesis', 'arbitrary'] },
  world: { may: ['kernel', 'history', 'faults'], doors: ['world'] },
  engine: {
    may: ['kernel', 'history', 'job', 'flink/configuration'],
    doors: ['process', 'protocol'],
  },
  check: {
    may: ['kernel', 'history', 'job', 'flink/configuration', { typesOf: 'faults' }],
    doors: ['verdict', 'suite', 'explain', 'metamorphic', 'recorded-history'],
  },
  run: {
    may: run,
    doors: [
      'scenario',
      'scenario-schema',
      'configuration',
      'data',
      'calendar',
      'plan',
      'plan-form',
      'document',
      'run',
      'records',
      'lag',
      'drive',
    ],
    impure: ['drive'],
  },
  explore: {
    may: explore,
    doors: ['sweep', 'mutant', 'detection'],
    impure: ['mutant', 'mutant-register', 'mutant-hooks'],
  },
  analysis: { may: ['kernel', 'history', 'job', 'flink', 'run', 'check'] },
  // A package of its own: the others import it by its name, and so as it was built.
  'tla-json-export': { may: [], doors: ['dist/index.d'] },
  tla: {
    may: [
      ...['kernel', 'history', 'job', 'faults', 'run', 'tla-json-export'],
      ...['engine/protocol', 'engine/checkpoint', 'engine/barrier'],
    ],
  },
  // Workers load the modules of the user. What a JSON text names twice, the package of ITF finds.
  campaign: { may: [...campaign, 'outside', 'tla-json-export'], impure: true },
  outside: { may: ['kernel', 'job'], impure: true },
  // JUnit's builder is loaded only where it is asked for.
  report: { may: report, doors: ['report', 'schemas', 'junit'] },
  testing: {
    may: [
      ...['kernel', 'job', 'faults', 'run', 'explore', 'check', 'report', 'campaign', 'outside'],
    ],
    impure: true,
  },
  cli: { may: [...report, 'report', 'testing'], impure: true },
};

/** What may import every door: the public API is made of all of them. */
export const barrel = 'src/index.ts';
