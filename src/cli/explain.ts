/** The command `explain`: what a law goes by for the job of a scenario. */
import { InputError } from '../campaign/input-error.js';
import { codeOfSource, dataOf } from '../campaign/runner.js';
import { explainExactlyOnce } from '../check/explain.js';
import { contextOf } from '../run/run.js';
import { planOf } from '../run/plan.js';
import { checkSource, readScenario } from './inputs.js';
import { print } from './output.js';

/** Runs the command. */
export async function explainCommand(args: Readonly<Record<string, unknown>>): Promise<void> {
  const subject = String(args['subject']);
  if (subject !== 'exactly-once')
    throw new InputError(`${subject}: nothing is known of it; what is explained is exactly-once`);
  const file = String(args['scenario']);
  const source = readScenario(file, args['allow-code'] === true);
  await checkSource(source, file);
  const plan = planOf(source.scenario, typeof args['seed'] === 'string' ? args['seed'] : '0');
  const context = contextOf(plan, dataOf(source).records, await codeOfSource(source));
  print(explainExactlyOnce(context) + '\n');
}
