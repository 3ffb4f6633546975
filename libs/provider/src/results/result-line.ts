/** One line of an output or error file. */
export interface ResultLine {
  readonly customId: string;
  /** Null when the request was never answered. */
  readonly statusCode: number | null;
  readonly body: unknown;
  /** What happened in place of an answer. */
  readonly error: { readonly code: string } | null;
}
