/** The command `schema`: the JSON Schema of what flinch reads. */
import { InputError } from '../campaign/input-error.js';
import { nearestOf } from '../kernel/did-you-mean.js';
import { scenarioSchema } from '../run/scenario-schema.js';
import { print } from './output.js';

const schemas: Readonly<Record<string, () => unknown>> = {
  scenario: scenarioSchema,
};

/** Runs the command. */
export function schemaCommand(args: Readonly<Record<string, unknown>>): void {
  const name = String(args['name']);
  const known = Object.keys(schemas);
  const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
  if (schema === undefined) {
    const near = nearestOf(name, known);
    const hint = near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`;
    throw new InputError(`${name}: there is no such schema; ${hint}`);
  }
  print(`${JSON.stringify(schema(), null, 2)}\n`);
}
