/** Every code that a store puts on an error: what it means, and what to do. */
export const storeErrorCodes = {
  'store.duplicate-key':
    'A document with that key exists already. Nothing was written; give it another key, or update the one that is there.',
  'store.filter-refused':
    'The filter or the paging of a query is not understood. Mend the query; the message names the operator or the path.',
  'store.update-refused':
    'The update is not understood, or does not fit the document that it met. Mend the update, or the type of the field that the message names.',
  'store.insert-refused':
    'The document cannot be stored: its id or one of its values is of a type that the store does not take. Nothing was written.',
  'store.index-conflict':
    'The index exists, and is unique where it should not be, or the reverse. Drop it, or ask for the one that is there.',
  'store.away':
    'The store does not answer, or its file cannot be read or written. Waited for; the message says where to look.',
  'store.timed-out':
    'One call took longer than it may, though it may have been carried out. Made again later; look at the load of the server and at the indexes.',
  'store.not-authorised':
    'The server refuses the user or its password, or the user may not do this. Waited for; mend the URL or the roles of the user.',
  'store.bad-url': 'The URL of the store is not understood, or names no database. The message shows what was wanted.',
  'store.disk-full': 'The disk that holds the store is full. Waited for; free some space.',
  'store.unreadable': 'The store’s file is damaged, or is no database. Put back a copy, or name another file.',
  'store.closed': 'The store was used after it was closed.',
} as const;

export type StoreErrorCode = keyof typeof storeErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<StoreErrorCode, string> {}
}
