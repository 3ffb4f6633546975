import type { LinesFile } from './file-references.js';

export const scalarTypes = ['string', 'number', 'integer', 'boolean', 'date'] as const;
export type ScalarType = (typeof scalarTypes)[number];

/** The type of a parameter, or of each item of a list. */
export type ParameterType = ScalarType | `${ScalarType}[]`;
export const parameterTypes: readonly ParameterType[] = scalarTypes.flatMap((type) => [type, `${type}[]` as const]);

/** The values of each type, as the query template gets them. */
export interface ParameterScalars {
  /** A text. */
  readonly string: string;
  /** A number that JavaScript does not round. */
  readonly number: number;
  /** A whole number of at most 9,007,199,254,740,991, either side of zero. */
  readonly integer: number;
  /** `true` or `false`. */
  readonly boolean: boolean;
  /** In commands, messages and defaults ISO 8601: `2026-11-29`, which is its midnight in UTC, or `2026-11-29T17:00:00+01:00`. */
  readonly date: Date;
}

/** The value of a type; a list of a `…[]`. On a command line its items stand between commas, or in a list of JSON. */
export type ParameterValues = ParameterScalars & {
  readonly [T in ScalarType as `${T}[]`]: readonly ParameterScalars[T][];
};
export type ParameterValue = ParameterValues[ParameterType];

interface ParameterOptions<T extends ParameterType> {
  /** `string`, `number`, `integer`, `boolean`, `date`, or a list of one: `string[]`. */
  readonly type: T;
  /** The value when a run does not give the parameter. `lines(file)` for a list in a file. */
  readonly default?:
    ParameterValues[T] | (T extends 'string[]' ? LinesFile : never) | (T extends 'date' ? string : never);
  /** For a parameter without a default: when a run does not give it, true rejects the run and false leaves it undefined. Default `true`. */
  readonly required?: boolean;
  readonly description?: string;
}

/** A type, for a parameter that every run must give, or a type with options. */
export type ParameterDefinition = ParameterType | { [T in ParameterType]: ParameterOptions<T> }[ParameterType];

export type ParameterDefinitions = Readonly<Record<string, ParameterDefinition>>;

type TypeOf<D> = D extends ParameterType ? D : D extends { readonly type: infer T extends ParameterType } ? T : never;

type ValueOf<D> =
  | ParameterValues[TypeOf<D>]
  | (D extends { readonly default: unknown } ? never : D extends { readonly required: false } ? undefined : never);

/** The values of a run's parameters, as the query template gets them. */
export type ParametersOf<P extends ParameterDefinitions> = { readonly [Name in keyof P]: ValueOf<P[Name]> };
