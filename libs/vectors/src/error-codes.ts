/** Every code that a vector store puts on an error: what it means, and what to do. */
export const vectorsErrorCodes = {
  'vectors.bad-name':
    'A collection, an alias or a field has a name that some store would refuse, or an alias that of a collection. Choose another name.',
  'vectors.has-alias':
    'A collection is to be dropped to which an alias points. Nothing was deleted. Move the alias first.',
  'vectors.bad-field':
    'A requested collection has more fields or a longer text field than some store would take, or is partitioned by a field that is neither a text nor an integer.',
  'vectors.bad-dimensions': 'The dimensions of a requested collection are not a positive whole number.',
  'vectors.other-dimensions': 'The collection exists with other dimensions. Name another collection.',
  'vectors.other-model':
    'The collection exists with vectors of another model, with which those of the requested one cannot be compared. Nothing was sent. Name another collection.',
  'vectors.other-fields':
    'The collection exists with other fields, or is partitioned by another field. Name another collection.',
  'vectors.other-metric':
    'The collection exists with an index that does not compare by cosine. Name another collection.',
  'vectors.unknown-collection': 'There is no collection of that name.',
  'vectors.unknown-database': 'The server has no database of the name in the URL. Create it, or name another one.',
  'vectors.bad-address':
    'The URL of the server is invalid, or a file for TLS cannot be used. The message shows what is expected.',
  'vectors.bad-row':
    'A row cannot be stored. Nothing of the call was written; the message names the row and the reason.',
  'vectors.bad-condition':
    'The condition of a search names no field of the collection, or compares a field with a value of another type.',
  'vectors.bad-query': 'The vector or the limit of a search does not fit the collection.',
  'vectors.closed': 'The vector store was used after it was closed.',
  'vectors.disk-full':
    'The disk that holds the vectors is full. Nothing of the call was written. Batchmill waits; free some space.',
  'vectors.no-room':
    'The server refuses rows because its memory or disk is full, or a quota is used up. Batchmill waits; give it more.',
  'vectors.rate-limited': 'The server still limited the rate when the time of the call was over. Batchmill waits.',
  'vectors.refused':
    'The server refuses the user or its password, or the user may not do this. Batchmill waits; correct the user or its rights.',
  'vectors.tls':
    'A certificate is not accepted, or server and settings do not agree on TLS. The message says which and what to set. Batchmill waits.',
  'vectors.timeout':
    'A call took too long; it may have been executed. Batchmill retries; repeating the call does no harm.',
  'vectors.not-accepted': 'The server considers the call invalid. A retry does not help.',
  'vectors.failed': 'The server failed for an unknown reason. See its log.',
  'vectors.unavailable':
    'The store does not answer, or its file cannot be read or written. Batchmill waits; the message says what to check.',
} as const;

export type VectorsErrorCode = keyof typeof vectorsErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<VectorsErrorCode, string> {}
}
