/** The command `schema`: the JSON Schema of what flinch reads and of what it prints. */
import { InputError } from '../campaign/input-error.js';
import { otherName } from '../kernel/did-you-mean.js';
import { documentNames, documentSchema } from '../report/schemas.js';
import { scenarioSchema } from '../run/scenario-schema.js';
import { print } from './output.js';

/** Runs the command. */
export function schemaCommand(args: Readonly<Record<string, unknown>>): void {
  const name = String(args['name']);
  const schema = name === 'scenario' ? scenarioSchema() : documentSchema(name);
  if (schema === undefined) {
    const known = ['scenario', ...documentNames];
    throw new InputError(`${name}: there is no such schema; ${otherName(name, known)}`);
  }
  print(`${JSON.stringify(schema, null, 2)}\n`);
}
