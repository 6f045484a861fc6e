/**
 * The command `explain`: a law, a kind of fault or a moment by its name; the states of a
 * checkpoint; or what a scenario's configuration comes to, and what exactly-once compares its rows
 * with.
 */
import { InputError } from '../campaign/input-error.js';
import { codeOfSource, dataOf, type Source } from '../campaign/runner.js';
import { explainExactlyOnce } from '../check/explain.js';
import { nearestOf } from '../kernel/did-you-mean.js';
import { configurationText } from '../report/report.js';
import { planOf } from '../run/plan.js';
import { contextOf } from '../run/run.js';
import { checkpointDiagram, checkpointText, diagramForms } from '../tla/checkpoint-diagram.js';
import { checkSource, readScenario } from './inputs.js';
import type { Args } from './options.js';
import { print } from './output.js';
import { listOfSubjects, subjectNames, textOfSubject } from './subjects.js';

type OfScenario = (source: Source, seed: string) => Promise<string>;

/** What is said of a scenario. */
const ofScenario: ReadonlyMap<string, OfScenario> = new Map<string, OfScenario>([
  ['configuration', ({ scenario }) => Promise.resolve(configurationText(scenario))],
  [
    'exactly-once',
    async (source, seed) => {
      const plan = planOf(source.scenario, seed);
      const context = contextOf(plan, dataOf(source).records, await codeOfSource(source));
      return `${explainExactlyOnce(context)}\n`;
    },
  ],
]);

/** What has a state machine that is found, not written down. */
const CHECKPOINT = 'checkpoint';

/** Runs the command. */
export async function explainCommand(args: Args): Promise<void> {
  const { subject, scenario, diagram } = args;
  if (typeof diagram === 'string') {
    print(drawn(subject, scenario, diagram));
    return;
  }
  if (typeof subject !== 'string') {
    const words = [...ofScenario.keys()].join(', ');
    const machines = `state machines\n  ${CHECKPOINT}`;
    print(
      `${listOfSubjects()}\n${machines}\nof a scenario, named behind the subject\n  ${words}\n`,
    );
    return;
  }
  print(typeof scenario === 'string' ? await inScenario(subject, scenario, args) : alone(subject));
}

function drawn(subject: unknown, scenario: unknown, form: string): string {
  if (subject !== CHECKPOINT || scenario !== undefined)
    throw new InputError(
      `--diagram draws the states of a checkpoint: explain ${CHECKPOINT} --diagram`,
    );
  const known = diagramForms.find((one) => one === (form === '' ? 'mermaid' : form));
  if (known === undefined)
    throw new InputError(`--diagram ${form}: there are ${diagramForms.join(' and ')}`);
  return checkpointDiagram(known);
}

/** What is said of a subject that is the same everywhere. */
function textOf(subject: string): string | undefined {
  return subject === CHECKPOINT ? checkpointText() : textOfSubject(subject);
}

function alone(subject: string): string {
  const text = textOf(subject);
  if (text !== undefined) return `${text}\n`;
  if (!ofScenario.has(subject)) throw unknown(subject);
  throw new InputError(`${subject}: name a scenario, as in explain ${subject} scenario.yaml`);
}

async function inScenario(subject: string, file: string, args: Args): Promise<string> {
  const explained = ofScenario.get(subject);
  if (explained === undefined && textOf(subject) === undefined) throw unknown(subject);
  if (explained === undefined)
    throw new InputError(`${subject}: is the same in every scenario; name none`);
  const source = readScenario(file, args['allow-code'] === true);
  await checkSource(source, file);
  return explained(source, typeof args['seed'] === 'string' ? args['seed'] : '0');
}

function unknown(subject: string): InputError {
  const nearest = nearestOf(subject, [...subjectNames, CHECKPOINT, ...ofScenario.keys()]);
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  return new InputError(
    `${subject}: no such subject.${hint} explain without a subject lists them all.`,
  );
}
