/** The command `explain`: what a scenario's laws go by, and what its configuration comes to. */
import { InputError } from '../campaign/input-error.js';
import { codeOfSource, dataOf } from '../campaign/runner.js';
import { explainExactlyOnce } from '../check/explain.js';
import { contextOf } from '../run/run.js';
import { planOf } from '../run/plan.js';
import { configurationText } from '../report/report.js';
import { checkSource, readScenario } from './inputs.js';
import { print } from './output.js';

const subjects: readonly string[] = ['configuration', 'exactly-once'];

/** Runs the command. */
export async function explainCommand(args: Readonly<Record<string, unknown>>): Promise<void> {
  const subject = String(args['subject']);
  if (!subjects.includes(subject))
    throw new InputError(
      `${subject}: nothing is known of it; what is explained is ${subjects.join(' and ')}`,
    );
  const file = String(args['scenario']);
  const source = readScenario(file, args['allow-code'] === true);
  await checkSource(source, file);
  if (subject === 'configuration') {
    print(configurationText(source.scenario));
    return;
  }
  const plan = planOf(source.scenario, typeof args['seed'] === 'string' ? args['seed'] : '0');
  const context = contextOf(plan, dataOf(source).records, await codeOfSource(source));
  print(explainExactlyOnce(context) + '\n');
}
