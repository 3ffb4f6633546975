/** Every code that a store puts on an error: what it means, and what to do. */
export const storeErrorCodes = {
  'store.duplicate-key':
    'A document with that key exists already. Nothing was written; give it another key, or update the existing document.',
  'store.filter-refused':
    'The filter or the paging of a query is invalid. Correct the query; the message names the operator or the path.',
  'store.update-refused':
    'The update is invalid, or does not fit the document. Correct the update, or the type of the field in the message.',
  'store.insert-refused':
    'The document cannot be stored: its id or one of its values has a type that the store does not accept. Nothing was written.',
  'store.index-conflict': 'The index exists with another uniqueness. Drop it, or request the existing one.',
  'store.unavailable':
    'The store does not answer, or its file cannot be read or written. Batchmill waits; the message says what to check.',
  'store.timed-out':
    'A call took too long; it may have been executed. Batchmill retries; check the server’s load and the indexes.',
  'store.not-authorised':
    'The server refuses the user or its password, or the user may not do this. Batchmill waits; correct the URL or the user’s roles.',
  'store.tls':
    'A certificate is not accepted, or server and settings do not agree on TLS. The message says which and what to set. Batchmill waits.',
  'store.bad-url': 'The URL of the store is invalid or names no database. The message shows the expected form.',
  'store.disk-full': 'The disk that holds the store is full. Batchmill waits; free some space.',
  'store.unreadable': 'The store’s file is damaged, or is not a database. Restore a copy, or use another file.',
  'store.closed': 'The store was used after it was closed.',
} as const;

export type StoreErrorCode = keyof typeof storeErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<StoreErrorCode, string> {}
}
