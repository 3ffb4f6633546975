/** Every code that entity-linker puts on an error: what it means, and what to do. */
export const entityLinkerErrorCodes = {
  'entity-linker.wrong-setting':
    'A setting of entity-linker is not as expected. The message names it; set it, and start the service again.',
  'entity-linker.row-contested':
    'A row of a story group was written by others each time that it was to be written. Nothing is lost: the message is taken up again, at last by `batchmill dlt redrive`. Coming often, too many groups share an id, or the store reads from members that lag behind.',
} as const;

export type EntityLinkerErrorCode = keyof typeof entityLinkerErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<EntityLinkerErrorCode, string> {}
}
