/** A document of the input. */
export interface InputDocument {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The document as one line of JSON. Of a JSON line it is the line itself, so that no number loses a digit. */
  readonly json: string;
  /** Where it is in the input, for messages: `line 3`. */
  readonly at: string;
}
