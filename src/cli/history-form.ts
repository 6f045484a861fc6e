/**
 * The form of a recorded history: JSON Lines, each line one object whose `kind` says what it tells.
 *
 * - `source`: the place `split`, `offset` holds the record `id`
 * - `sink`: a row of the record `id` was written, within `transaction` if it names one
 * - `commit`: the rows of `transaction` are visible
 * - `checkpoint`: the checkpoint `checkpoint` was completed
 * - `fault`: something went wrong, and `fault` says what
 * - `cut`: lines are missing, of the kind `of` (source or sink), or of any
 *
 * `id`, `split`, `transaction` and `checkpoint` are whole numbers of at most 2^53 - 1 in size, or
 * texts of 1 to 1,024 characters; `7` and `"7"` are one name. `offset` is a whole number from 0.
 * Every line may have a `note`, any JSON, which is not read. No other field is taken, none twice.
 * Each sink line is a row of its own.
 */
import { NAME_MAX, shownName, type Name, type Told } from '../check/recorded-history.js';
import { InputError } from '../campaign/input-error.js';
import { readJson } from '../campaign/json-text.js';
import { nearestOf } from '../kernel/did-you-mean.js';

type Kind = Told['kind'];
type Fields = Readonly<Record<string, unknown>>;

/** The fields of each kind besides `kind` and `note`. */
const fieldsOf: Readonly<Record<Kind, readonly string[]>> = {
  source: ['split', 'offset', 'id'],
  sink: ['id', 'transaction'],
  commit: ['transaction'],
  checkpoint: ['checkpoint'],
  fault: ['fault'],
  cut: ['of'],
};

const kinds = Object.keys(fieldsOf);

/**
 * What a line tells.
 *
 * @param place  the file and the line, for the error
 * @throws InputError that says what is wrong, and what would be right
 */
export function toldIn(line: string, place: string): Told {
  const fields = objectIn(line, place);
  const kind = kindOf(fields, place);
  const wrong = (what: string): InputError => new InputError(`${place}: ${what}`);
  for (const field of Object.keys(fields))
    if (field !== 'kind' && field !== 'note' && !fieldsOf[kind].includes(field))
      throw wrong(unknownField(field, kind));
  switch (kind) {
    case 'source': {
      const { split, offset, id } = fields;
      if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0)
        throw wrong(badField('offset', offset, kind, 'a whole number from 0 to 2^53 - 1'));
      return { kind, split: nameIn(split, 'split'), offset, id: nameIn(id, 'id') };
    }
    case 'sink': {
      const { id, transaction } = fields;
      const within = transaction === undefined ? undefined : nameIn(transaction, 'transaction');
      return { kind, id: nameIn(id, 'id'), transaction: within };
    }
    case 'commit':
      return { kind, transaction: nameIn(fields['transaction'], 'transaction') };
    case 'checkpoint':
      return { kind, checkpoint: nameIn(fields['checkpoint'], 'checkpoint') };
    case 'fault': {
      const { fault } = fields;
      if (typeof fault !== 'string') throw wrong(badField('fault', fault, kind, 'a text'));
      return { kind, fault };
    }
    case 'cut': {
      const { of } = fields;
      if (of === undefined || of === 'source' || of === 'sink') return { kind, of };
      throw wrong(badField('of', of, kind, '"source" or "sink", or is left out'));
    }
  }

  function nameIn(value: unknown, field: string): Name {
    if (isName(value)) return value;
    const right = `a whole number up to 2^53 - 1, or a text of 1 to ${String(NAME_MAX)} characters`;
    throw wrong(badField(field, value, kind, right));
  }
}

function objectIn(line: string, place: string): Fields {
  const read = readJson(line);
  if ('twice' in read) throw new InputError(`${place}:${String(read.at + 1)}: ${read.twice}`);
  if ('damage' in read) {
    const { at } = read;
    const where = at === undefined ? '' : ` from column ${String(at + 1)} on`;
    throw new InputError(`${place}: is not JSON${where}; ${RIGHT}`);
  }
  const { value } = read;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new InputError(`${place}: is ${described(value)}; ${RIGHT}`);
}

const RIGHT = 'a line is one object, such as {"kind":"sink","id":7}';

function kindOf({ kind }: Fields, place: string): Kind {
  if (typeof kind === 'string' && kinds.includes(kind)) return kind as Kind;
  const nearest = typeof kind === 'string' ? nearestOf(kind.slice(0, NAME_MAX), kinds) : undefined;
  const right =
    nearest === undefined ? `kinds are ${kinds.join(', ')}` : `did you mean ${nearest}?`;
  const what = kind === undefined ? 'has no "kind"' : `"kind" is ${described(kind)}`;
  throw new InputError(`${place}: ${what}; ${right}`);
}

function unknownField(field: string, kind: Kind): string {
  const own = [...fieldsOf[kind], 'note'];
  const nearest = nearestOf(field.slice(0, NAME_MAX), own);
  const right =
    nearest === undefined
      ? `it has ${own.join(', ')}, and "note" may hold anything`
      : `did you mean ${nearest}?`;
  return `a ${kind} line has no field ${shownName(field)}; ${right}`;
}

function badField(field: string, value: unknown, kind: Kind, right: string): string {
  if (value === undefined) return `a ${kind} line has no "${field}"; it is ${right}`;
  return `"${field}" is ${described(value)}; it is ${right}`;
}

function isName(value: unknown): value is Name {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  return typeof value === 'string' && value.length > 0 && value.length <= NAME_MAX;
}

/** A value in a sentence; what may be deep is not printed. */
function described(value: unknown): string {
  if (typeof value === 'string')
    return value.length > NAME_MAX
      ? `a text of ${String(value.length)} characters`
      : shownName(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
