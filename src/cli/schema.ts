/** The command `schema`: the JSON Schema of what flinch reads and of what it prints. */
import { InputError } from '../campaign/input-error.js';
import { nearestOf } from '../kernel/did-you-mean.js';
import { documentNames, documentSchema } from '../report/schemas.js';
import { scenarioSchema } from '../run/scenario-schema.js';
import { print } from './output.js';

/** Runs the command. */
export function schemaCommand(args: Readonly<Record<string, unknown>>): void {
  const name = String(args['name']);
  const schema = name === 'scenario' ? scenarioSchema() : documentSchema(name);
  if (schema === undefined) {
    const known = ['scenario', ...documentNames];
    const near = nearestOf(name, known);
    const hint = near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`;
    throw new InputError(`${name}: there is no such schema; ${hint}`);
  }
  print(`${JSON.stringify(schema, null, 2)}\n`);
}
