/**
 * The JSON Schema of scenarios (draft 7), made from the forms that read them, so that an editor
 * completes and refuses what `flinch` would. What one field alone cannot say (that a heartbeat's
 * time-out is not below its interval, that an input exists) is found when the scenario is read.
 */
import * as z from 'zod';
import { options, type Option, type OptionForm } from '../flink/options.js';
import { choiceIn, type Choice } from './meant.js';
import { scenarioForm } from './scenario.js';

type Json = Record<string, unknown>;

/** What each section is for; an editor shows it. */
const sections: Readonly<Record<string, string>> = {
  name: 'Its name, in reports and folders',
  data: 'The topics that the sources of the job read: one, or a list',
  job: 'The graph of operators, or an export of a module that declares it',
  configuration: "Flink's configuration: its own keys and units, in one piece or nested",
  ignore: 'Keys that are set though the engine does not model them',
  cluster: 'What no key of Flink says of the deployment',
  triggers: 'What asks for checkpoints besides the interval; Flink has no key for it',
  costs: 'How long things take in the simulated world',
  faults: 'Which faults are drawn, how many, when, and how long they last',
  laws: 'The laws that are judged; all that any job has to keep, unless told',
  expect: 'Laws that are expected to be violated',
  budget: 'When a run is given up: it is then inconclusive',
};

/** The schema of scenario files. */
export function scenarioSchema(): Json {
  const definitions: Record<string, Json> = {};
  const root = schemaOf(
    scenarioForm([], () => undefined),
    definitions,
  );
  const properties = root['properties'] as Record<string, Json>;
  properties['configuration'] = configurationSchema();
  for (const [name, description] of Object.entries(sections))
    properties[name] = { description, ...properties[name] };
  return { ...root, title: 'A scenario of flinch', definitions };
}

/** The schema of one form; choices go into the definitions, since some contain themselves. */
function schemaOf(form: z.ZodType, definitions: Record<string, Json>): Json {
  return z.toJSONSchema(form, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const choice = choiceIn(zodSchema);
      if (choice === undefined) return;
      define(choice, definitions);
      for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Json)[key];
      jsonSchema.$ref = `#/definitions/${choice.name}`;
    },
  });
}

function define({ name, forms }: Choice, definitions: Record<string, Json>): void {
  if (definitions[name] !== undefined) return;
  const definition: Json = (definitions[name] = {});
  definition['anyOf'] = forms().map((form) => {
    const { $schema: _, ...schema } = schemaOf(form, definitions);
    return schema;
  });
}

function configurationSchema(): Json {
  return {
    type: 'object',
    properties: Object.fromEntries(options.map((option) => [option.key, optionSchema(option)])),
    additionalProperties: true,
  };
}

function optionSchema({ says, form, flinkDefault, required }: Option): Json {
  const default_ = flinkDefault === undefined ? 'none' : String(flinkDefault);
  const must = required === undefined ? '' : ` Must be set: ${required}.`;
  return { description: `${says} (Flink's default: ${default_}).${must}`, ...valueSchema(form) };
}

function valueSchema(form: OptionForm): Json {
  switch (form.kind) {
    case 'duration':
      return { type: ['string', 'integer'], examples: ['5s', '170ms', '10min'] };
    case 'integer':
      return { type: 'integer', minimum: form.min, maximum: form.max };
    case 'choice':
      return { enum: form.values };
  }
}
