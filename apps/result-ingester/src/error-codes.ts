/** Every code that the result-ingester puts on an error or a document: what it means, and what to do. */
export const resultIngesterErrorCodes = {
  'batch.no-run': 'The run of a batch is gone. Parked; put the run’s record back, or leave the batch.',
  'document.vector-refused':
    'The vector store does not take the row of this document, such as one whose id is longer than its field. The message says why; the others of its batch are stored.',
  'document.write-refused':
    'The store refused to write the answer into the document. See the response template and the type of the field.',
  'provider.results-gone':
    'The provider had the results of the request no more. It is asked again; no attempt is used up.',
  'provider.batch-expired':
    'The batch expired before the request was answered. It is asked again; no attempt is used up.',
  'provider.batch-cancelled':
    'The batch was cancelled before the request was answered. It is asked again when its run goes on; no attempt is used up.',
  'provider.batch-too-large':
    'The batch had more tokens than the provider’s queue takes. It is built anew, smaller; no attempt is used up.',
  'provider.batch-failed':
    'The provider refused the batch. The request that it took offence at fails, and the others are asked again.',
} as const;

export type ResultIngesterErrorCode = keyof typeof resultIngesterErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<ResultIngesterErrorCode, string> {}
}
