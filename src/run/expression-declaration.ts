/**
 * Expressions and aggregates as a scenario writes them: the forms of `job/expression` and
 * `job/aggregates`.
 */
import * as z from 'zod';
import { aggregateMistake, folds, type Aggregate } from '../job/aggregates.js';
import { operations, type Expression } from '../job/expression.js';
import { otherForm } from '../kernel/did-you-mean.js';
import { meant, onlyKey } from './meant.js';

const operand: z.ZodType<Expression, unknown> = z.lazy(() => expression);
const pair = z.tuple([operand, operand]);
const several = z.array(operand).min(1);
const operandOf: Readonly<Record<string, z.ZodType>> = {
  text: z.string(),
  add: pair,
  subtract: pair,
  multiply: pair,
  modulo: pair,
  equals: pair,
  less: pair,
  greater: pair,
  not: operand,
  and: several,
  or: several,
  format: z.string(),
  lowerCase: operand,
  length: operand,
};
const EXPRESSION = `an expression is a field, an integer, or one of ${operations.join(', ')}`;

export const expression: z.ZodType<Expression, unknown> = meant('expression', expressions, chosen);

function expressions(): z.ZodType[] {
  const operations = Object.entries(operandOf).map(([key, form]) =>
    z.strictObject({ [key]: form }),
  );
  return [z.string().min(1), z.int(), ...operations];
}

function chosen(value: unknown): z.ZodType<Expression, unknown> | string {
  if (typeof value === 'string') return z.string().min(1);
  if (typeof value === 'number') return z.int();
  const key = onlyKey(value);
  const form = Object.hasOwn(operandOf, key ?? '') ? operandOf[key ?? ''] : undefined;
  if (key === undefined) return EXPRESSION;
  if (form === undefined) return otherForm(key, operations, EXPRESSION);
  return z.strictObject({ [key]: form }) as unknown as z.ZodType<Expression, unknown>;
}

const aggregates = (): z.ZodType[] => [
  z.literal('count'),
  ...folds.map((fold) => z.strictObject({ [fold]: expression })),
];

export const aggregate: z.ZodType<Aggregate, unknown> = meant('aggregate', aggregates, (value) => {
  if (value === 'count') return z.literal('count');
  const mistake = aggregateMistake(value);
  if (mistake !== undefined) return mistake;
  const key = onlyKey(value) ?? '';
  return z.strictObject({ [key]: expression }) as unknown as z.ZodType<Aggregate, unknown>;
});
