/** One line of an output file or an error file. */
export interface ResultLine {
  readonly customId: string;
  /** Null when the request has no response. */
  readonly statusCode: number | null;
  readonly body: unknown;
  /** The error in place of a response. */
  readonly error: { readonly code: string } | null;
}
