/** Every code that a store of blobs puts on an error, with what it means. */
export const blobsErrorCodes = {
  'blobs.missing': 'There is no blob of that name.',
  'blobs.bad-suffix': 'The suffix of a blob is not made of small letters and digits after dots.',
  'blobs.name-taken': 'A fresh random name was in use already. Nothing was overwritten.',
  'blobs.disk-full': 'The disk that holds the blobs is full. The blob was not written.',
  'blobs.unavailable': 'The store does not answer, or its files cannot be read or written.',
  'blobs.not-authorised':
    'The server refuses the user or its password, or the user may not do this. Waited for; mend the URL or the roles of the user.',
  'blobs.bad-url': 'The URL of the blobs is not understood, or names no database. The message shows what was wanted.',
} as const;

export type BlobsErrorCode = keyof typeof blobsErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<BlobsErrorCode, string> {}
}
