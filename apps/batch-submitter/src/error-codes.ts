/** The codes of the failures that the batch-submitter writes into batches: what each means, and what to do. */
export const batchSubmitterErrorCodes = {
  'batch.too-large':
    'A batch has more tokens or requests than the provider’s queue has room for when it is empty. Nothing was sent; its documents are requested again in smaller batches.',
  'batch.over-limit':
    'A spending limit has no room for what a batch may cost at most. Nothing was sent. Its documents are requested again in smaller batches, as long as one of them may fit in; else they are left pending, and the run ends as incomplete. Raise the limit with `batchmill runs limit`, or run again with a higher one.',
  'batch.file-too-large':
    'The provider found a batch file too large. Nothing was paid; its documents are requested again in smaller files. A single document whose requests are too large fails.',
  'batch.file-refused':
    'The provider took the input file of a batch, and then could not process it. No batch was created. The message gives its reason. The documents are requested again in batches of half as many, at no attempt; a document that is alone uses up an attempt.',
} as const;

export type BatchSubmitterErrorCode = keyof typeof batchSubmitterErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<BatchSubmitterErrorCode, string> {}
}
