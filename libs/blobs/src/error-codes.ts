/** Every code that a store of blobs puts on an error, with what it means. */
export const blobsErrorCodes = {
  'blobs.missing': 'There is no blob of that name.',
  'blobs.bad-suffix': 'A blob’s suffix must be lower-case letters and digits after dots.',
  'blobs.name-taken': 'A fresh random name was in use already. Nothing was overwritten.',
  'blobs.disk-full': 'The disk that holds the blobs is full. The blob was not written.',
  'blobs.unavailable': 'The store does not answer, or its files cannot be read or written.',
  'blobs.not-authorised':
    'The server refuses the user or its password, or the user may not do this. Batchmill waits; correct the URL or the user’s roles.',
  'blobs.tls':
    'A certificate is not accepted, or server and settings do not agree on TLS. The message says which and what to set. Batchmill waits.',
  'blobs.bad-url': 'The URL of the blobs is invalid or names no database. The message shows the expected form.',
} as const;

export type BlobsErrorCode = keyof typeof blobsErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<BlobsErrorCode, string> {}
}
