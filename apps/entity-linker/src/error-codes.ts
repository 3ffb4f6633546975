/** The codes of the errors that the entity-linker raises: what each means, and what to do. */
export const entityLinkerErrorCodes = {
  'entity-linker.invalid-setting':
    'A setting of entity-linker is not as expected. The message names it. Correct it and restart the service.',
  'entity-linker.row-contested':
    'Another process wrote the row of a story group each time before this one could. Nothing is lost: the message is retried, in the end by `batchmill dlt redrive`. If it happens often, too many groups share an id, or the store reads from members that lag behind.',
} as const;

export type EntityLinkerErrorCode = keyof typeof entityLinkerErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<EntityLinkerErrorCode, string> {}
}
