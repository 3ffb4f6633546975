/** The codes of the errors that the jsonl-builder raises or writes into documents: what each means, and what to do. */
export const jsonlBuilderErrorCodes = {
  'claim.no-run':
    'The run of a claim has no record. The claim is parked; restore the run’s record, or leave the claim.',
  'request.too-large':
    'The requests of one document do not fit into a batch file. The document fails; shorten it, or request fewer functions per run.',
} as const;

export type JsonlBuilderErrorCode = keyof typeof jsonlBuilderErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<JsonlBuilderErrorCode, string> {}
}
