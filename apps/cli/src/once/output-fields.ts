/** The fields that the output adds to documents. */
export interface OutputFields {
  /** The answer or the vector. */
  readonly result: string;
  readonly error: string;
  /** Written only where an answer ended at the limit of tokens. */
  readonly finishReason: string;
}

export function outputFieldsFor(result: string): OutputFields {
  return { result, error: `${result}_error`, finishReason: `${result}_finish_reason` };
}
