import { Bracket, bracketOf, classNameOf } from '../values/bracket.js';

type TypeTest = (value: unknown) => boolean;

interface TypeName {
  readonly bracket: Bracket;
  readonly test: TypeTest;
}

function whole(bracket: Bracket): TypeName {
  return { bracket, test: (value) => value !== undefined && bracketOf(value) === bracket };
}

function number(test: TypeTest): TypeName {
  return { bracket: Bracket.number, test: (value) => bracketOf(value) === Bracket.number && test(value) };
}

function hasClass(name: string): TypeTest {
  return (value) => typeof value === 'object' && value !== null && classNameOf(value) === name;
}

/** JavaScript's numbers are stored as 32-bit integers where they fit, and as doubles otherwise. */
function fitsInteger(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 0x7fffffff && !Object.is(value, -0);
}

const int = number((value) => fitsInteger(value) || hasClass('Int32')(value));
const long = number((value) => typeof value === 'bigint' || hasClass('Long')(value));
const decimal = number(hasClass('Decimal128'));
const double = number((value) => !int.test(value) && !long.test(value) && !decimal.test(value));

const byName: Readonly<Record<string, TypeName>> = {
  double,
  string: whole(Bracket.string),
  object: whole(Bracket.object),
  array: whole(Bracket.array),
  binData: whole(Bracket.binary),
  objectId: whole(Bracket.objectId),
  bool: whole(Bracket.boolean),
  date: whole(Bracket.date),
  null: whole(Bracket.null),
  regex: whole(Bracket.regex),
  dbPointer: whole(Bracket.reference),
  javascript: whole(Bracket.code),
  int,
  timestamp: whole(Bracket.timestamp),
  long,
  decimal,
  minKey: whole(Bracket.minKey),
  maxKey: whole(Bracket.maxKey),
  number: number(() => true),
};

const byCode: Readonly<Record<number, string>> = {
  [-1]: 'minKey',
  1: 'double',
  2: 'string',
  3: 'object',
  4: 'array',
  5: 'binData',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  10: 'null',
  11: 'regex',
  12: 'dbPointer',
  13: 'javascript',
  16: 'int',
  17: 'timestamp',
  18: 'long',
  19: 'decimal',
  127: 'maxKey',
};

/** The type for a name or a number of `$type`, or null if there is no such type. */
export function typeNamed(alias: unknown): TypeName | null {
  const name = typeof alias === 'number' ? byCode[alias] : alias;
  return typeof name === 'string' && Object.hasOwn(byName, name) ? (byName[name] ?? null) : null;
}
