/** The codes of the errors that the result-ingester raises or writes into documents: what each means, and what to do. */
export const resultIngesterErrorCodes = {
  'batch.no-run':
    'The run of a batch does not exist any more. The batch is parked. Restore the run’s record, or leave the batch.',
  'batch.text-not-shared':
    'The document waited for the vector of another one of the run, which has the same text, and that one has none: it failed, was changed or deleted. The request is sent by itself; no attempt is used up.',
  'document.changed':
    'The text of the document changed after it was sent, so that the vector would be that of an older text. It is not written, and the document is requested again; no attempt is used up.',
  'document.vector-refused':
    'The vector store refused the row of this document, for example because its id is longer than its field. The message gives the reason. The other rows of the batch are stored.',
  'document.write-refused':
    'The store refused to write the answer into the document. See the response template and the type of the field.',
  'provider.results-gone':
    'The provider does not have the result file of the request any more. The request is retried; no attempt is used up.',
  'provider.batch-expired':
    'The batch expired before the request was answered. The request is retried; no attempt is used up.',
  'provider.batch-cancelled':
    'The batch was cancelled before the request was answered. The request is retried when its run is resumed; no attempt is used up.',
  'batch.not-ingested':
    'The run of the batch is cancelled, or the batch is abandoned, and its results could not be ingested. The message gives the reason. The result files are kept. The documents of a cancelled run are left pending.',
  'provider.batch-lost':
    'The batch was given up as lost before the request was answered. The request is retried; no attempt is used up.',
  'provider.batch-abandoned':
    'The batch was given up by `batchmill batch abandon --fail` before the request was answered. To request it again: `batchmill run --redo failed`.',
  'provider.batch-too-large':
    'The batch had more tokens than the provider’s queue takes. The request is retried in a smaller batch; no attempt is used up.',
  'provider.batch-failed':
    'The provider refused the batch. The request that it named as the reason fails, and the others are retried.',
} as const;

export type ResultIngesterErrorCode = keyof typeof resultIngesterErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<ResultIngesterErrorCode, string> {}
}
