/** Every code that a store of vectors puts on an error, with what it means. */
export const vectorsErrorCodes = {
  'vectors.bad-name': 'A collection has a name that no store would take.',
  'vectors.bad-dimensions': 'A collection was asked for with a number of dimensions that is no positive whole number.',
  'vectors.other-dimensions': 'The collection exists with another number of dimensions.',
  'vectors.unknown-collection': 'There is no collection of that name.',
  'vectors.bad-row': 'A row cannot be stored. Nothing of the call was written.',
  'vectors.bad-query': 'A vector that was searched for does not fit the collection.',
  'vectors.closed': 'The store was used after it was closed.',
  'vectors.disk-full': 'The disk that holds the vectors is full. Nothing of the call was written.',
  'vectors.unavailable': 'The store does not answer, or its data cannot be read or written.',
} as const;

export type VectorsErrorCode = keyof typeof vectorsErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<VectorsErrorCode, string> {}
}
