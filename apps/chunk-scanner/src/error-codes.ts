/** Every code that the chunk-scanner puts on an error or a document: what it means, and what to do. */
export const chunkScannerErrorCodes = {
  'run.no-request': 'The record of a run holds no request. Parked; ask for the run anew under another id.',
  'run.key-refused':
    'The provider refuses the key. The run is rejected, nothing was spent; set OPENAI_API_KEY to a key that it takes.',
  'run.provider-refused':
    'The provider does not list batches. The run is rejected; see that OPENAI_BASE_URL names a server with the Batch API.',
  'document.not-markable':
    'The document cannot be marked as in progress. It fails alone; see the updateTemplate, and what the fields of status and bookkeeping hold.',
} as const;

export type ChunkScannerErrorCode = keyof typeof chunkScannerErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<ChunkScannerErrorCode, string> {}
}
