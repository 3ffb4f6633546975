/** A whole number of 64 bits is a bigint. */
export type RowValue = bigint | number | boolean;

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** What a field is compared with: a value of the field's own type. */
export type ComparedValue = string | RowValue;

/** A condition on the fields of a row. Texts are compared byte by byte in UTF-8. `false` is less than `true`. */
export type RowCondition =
  | { readonly kind: 'comparison'; readonly field: string; readonly is: Comparison; readonly value: ComparedValue }
  /** The field has one of the values, of which there is at least one. */
  | { readonly kind: 'in'; readonly field: string; readonly values: readonly ComparedValue[] }
  | { readonly kind: 'not'; readonly condition: RowCondition }
  /** At least one condition. */
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly RowCondition[] };
