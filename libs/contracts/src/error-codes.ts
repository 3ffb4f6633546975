/** What an error gets that is none of ours. */
export const contractsErrorCodes = {
  unforeseen:
    'An error that nobody foresaw; its message is its own. A few tries, then the record is parked: report it.',
} as const;

/**
 * Every code that an error may carry. Each library and stage adds those of its own catalogue, so that a code that stands
 * in none does not compile.
 */
export interface ErrorCodes extends Record<keyof typeof contractsErrorCodes, string> {}

export type ErrorCode = keyof ErrorCodes;
