/** Every code that the batch-submitter puts on an error or a batch of its own: what it means, and what to do. */
export const batchSubmitterErrorCodes = {
  'batch.too-large':
    'A batch has more tokens than the provider’s queue takes at all. Nothing was sent; its documents are built anew into smaller ones.',
} as const;

export type BatchSubmitterErrorCode = keyof typeof batchSubmitterErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<BatchSubmitterErrorCode, string> {}
}
