/** The codes of the errors that the chunk-scanner raises or writes into documents: what each means, and what to do. */
export const chunkScannerErrorCodes = {
  'run.no-request': 'The record of a run holds no request. The run is rejected; request it again under another id.',
  'run.key-refused':
    'The provider refuses the key. The run is rejected, nothing was spent; set OPENAI_API_KEY to a valid key.',
  'run.provider-refused':
    'The provider refuses to list batches. The run is rejected; check that OPENAI_BASE_URL names a server with the Batch API.',
  'run.unknown-model':
    'The provider does not show a model to this account. The run is rejected, nothing was spent; correct the model, or allow the project to use it. For a deployment or an alias, say its baseModel.',
  'run.unknown-price':
    'The run has a spending limit, and the price of a model is not known. The run is rejected, nothing was spent; write the price into the file of BATCHMILL_PRICES, or remove the limit.',
  'run.unpriced-request':
    'The run has a spending limit, and its requests ask for what is paid by more than tokens, such as a tool of the provider, or for another tier. The run is rejected, nothing was spent; remove the fields, or the limit.',
  'run.past-deadline':
    'The deadline of a run is no time in the future. The run is rejected; request it again with another one.',
  'document.not-markable':
    'The document cannot be marked as in progress. This document alone fails; check the updateTemplate, and the values of the status and marks fields.',
} as const;

export type ChunkScannerErrorCode = keyof typeof chunkScannerErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<ChunkScannerErrorCode, string> {}
}
