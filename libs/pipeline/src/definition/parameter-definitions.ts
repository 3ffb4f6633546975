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
  /** Used when a run does not give the parameter. */
  readonly default?: ParameterValues[T] | (T extends 'string[]' ? LinesFile : never);
  /** Without a default: true (the default) refuses a run that does not give it, false leaves it undefined. */
  readonly required?: boolean;
  readonly description?: string;
}

/** Just the type (then every run must give it), or the type with what else is known of it. */
export type ParameterDefinition = ParameterType | { [T in ParameterType]: ParameterOptions<T> }[ParameterType];

export type ParameterDefinitions = Readonly<Record<string, ParameterDefinition>>;

type TypeOf<D> = D extends ParameterType ? D : D extends { readonly type: infer T extends ParameterType } ? T : never;

type ValueOf<D> =
  | ParameterValues[TypeOf<D>]
  | (D extends { readonly default: unknown } ? never : D extends { readonly required: false } ? undefined : never);

/** What a run's parameters are when the query is made from them. */
export type ParametersOf<P extends ParameterDefinitions> = { readonly [Name in keyof P]: ValueOf<P[Name]> };
