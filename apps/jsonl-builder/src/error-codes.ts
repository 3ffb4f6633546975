/** Every code that the jsonl-builder puts on an error or a document: what it means, and what to do. */
export const jsonlBuilderErrorCodes = {
  'claim.no-run': 'The run of a claim is gone. Parked; put the run’s record back, or leave the claim.',
  'request.too-large':
    'The requests of one document do not fit into a batch file. The document fails; shorten it, or ask fewer functions at once.',
} as const;

export type JsonlBuilderErrorCode = keyof typeof jsonlBuilderErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<JsonlBuilderErrorCode, string> {}
}
