import type { LinesFile } from './file-references.js';

export const parameterTypes = ['string', 'string[]', 'number', 'boolean'] as const;
export type ParameterType = (typeof parameterTypes)[number];

export interface ParameterValues {
  readonly string: string;
  readonly 'string[]': readonly string[];
  readonly number: number;
  readonly boolean: boolean;
}
export type ParameterValue = ParameterValues[ParameterType];

interface ParameterOptions<T extends ParameterType> {
  readonly type: T;
  /** The value when a run does not give the parameter. `lines(file)` for a list in a file. */
  readonly default?: ParameterValues[T] | (T extends 'string[]' ? LinesFile : never);
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
