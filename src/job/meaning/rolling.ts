/**
 * What a keyed function gives for each record: the aggregates of its key so far, or what the user's
 * function makes of the record and the state of its key.
 */
import type { KeyedFunction, RowObject } from '../functions.js';
import type { KeyedOperator } from '../job-graph.js';
import type { FieldValue, RowType } from '../row.js';
import { measuresOf, readingsOf, valuesOver } from './measures.js';
import { called, objectAt, objectOf, valuesOf, wordsOf } from './rows.js';
import { keysOf, timeless, type Keys, type Stage, type Take } from './stage.js';

type Declared<Kind> = Extract<KeyedFunction['declared'], Readonly<{ kind: Kind }>>;

/** A keyed function over the records that come in. */
export function rollingStage(operator: KeyedOperator, input: RowType, main: Take): Stage {
  const [keys] = keysOf([input], [operator.keyField]) as [Keys];
  const { declared } = operator.function;
  if (declared.kind === 'rolling') return totals(declared, keys, main);
  return states(declared, operator.function.name, keys, main);
}

function totals({ aggregates, input }: Declared<'rolling'>, keys: Keys, main: Take): Stage {
  const measures = measuresOf(aggregates, input);
  /** By number of the key. */
  const values: Int32Array[] = [];
  let row = new Int32Array(32);
  return timeless(({ words, from, time }) => {
    const key = keys.numberOf(words, from);
    const readings = readingsOf(measures, words, from);
    const before = values[key];
    const after = before === undefined ? readings : valuesOver(measures, [before, readings]);
    values[key] = after;
    const width = keys.to - keys.from;
    const length = width + after.length;
    if (row.length < length) row = new Int32Array(2 * length);
    for (let word = 0; word < width; word += 1) row[word] = words[keys.from + word] as number;
    row.set(after, width);
    main(row, 0, length, time);
  });
}

function states({ types, apply }: Declared<'rows'>, name: string, keys: Keys, main: Take): Stage {
  const kept: FieldValue[][] = [];
  return timeless(({ words, from, time }) => {
    const key = keys.numberOf(words, from);
    const before = kept[key];
    const state = before === undefined ? undefined : objectOf(types.state, before);
    const record: RowObject = objectAt(types.input, words, from);
    const [after, output] = called(name, () => {
      const result = apply(state, record);
      return [valuesOf(types.state, result.state), wordsOf(valuesOf(types.output, result.output))];
    });
    kept[key] = after;
    main(output, 0, output.length, time);
  });
}
