/** Every code that a store of vectors puts on an error, with what it means. */
export const vectorsErrorCodes = {
  'vectors.bad-name': 'A collection has a name that no store would take.',
  'vectors.bad-dimensions': 'A collection was asked for with a number of dimensions that is no positive whole number.',
  'vectors.other-dimensions': 'The collection exists with another number of dimensions.',
  'vectors.other-fields': 'The collection exists with other fields than ours. Name another collection.',
  'vectors.other-metric':
    'The collection exists with an index that does not compare by cosine. Name another collection.',
  'vectors.unknown-collection': 'There is no collection of that name.',
  'vectors.unknown-database': 'The server has no database of the name in the address. Create it, or name another one.',
  'vectors.bad-address': 'The address of the server cannot be used.',
  'vectors.bad-row': 'A row cannot be stored. Nothing of the call was written.',
  'vectors.bad-query': 'A vector that was searched for does not fit the collection.',
  'vectors.closed': 'The store was used after it was closed.',
  'vectors.disk-full': 'The disk that holds the vectors is full. Nothing of the call was written.',
  'vectors.no-room': 'The server refuses rows because its memory or disk is full, or a quota is used up. Waited for.',
  'vectors.rate-limited': 'The server asks to slow down, and still did when the time of the call was over. Waited for.',
  'vectors.refused':
    'The server refuses the user, or what the user may not do. Waited for; look at the user and its rights.',
  'vectors.timeout': 'A call took longer than it may. It may have been carried out; doing it again does no harm.',
  'vectors.not-accepted': 'The server does not take what a call says. Trying again does not help.',
  'vectors.failed':
    'The server failed at a call, in a way that says neither that it is away nor that the call is wrong.',
  'vectors.unavailable': 'The store does not answer, or its data cannot be read or written.',
} as const;

export type VectorsErrorCode = keyof typeof vectorsErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<VectorsErrorCode, string> {}
}
