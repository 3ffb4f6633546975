/** The code of an error that is not one of ours. */
export const contractsErrorCodes = {
  unforeseen:
    'An unexpected error; its message is its own. It is retried a few times, then the record is parked. Report it.',
} as const;

/**
 * Every code that an error may carry. Each library and stage adds the codes of its own catalogue, so that an unknown
 * code does not compile.
 */
export interface ErrorCodes extends Record<keyof typeof contractsErrorCodes, string> {}

export type ErrorCode = keyof ErrorCodes;
