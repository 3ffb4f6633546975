/** Every code that entity-linker puts on an error: what it means, and what to do. */
export const entityLinkerErrorCodes = {
  'entity-linker.wrong-setting':
    'A setting of entity-linker is not as expected. The message names it; set it, and start the service again.',
} as const;

export type EntityLinkerErrorCode = keyof typeof entityLinkerErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<EntityLinkerErrorCode, string> {}
}
