/** Every code that __name__ puts on an error: what it means, and what to do. */
export const __nameInCamelCase__ErrorCodes = {
  '__name__.no-batch':
    'Results were said to be stored of a batch that has no record. A dead letter; see that the services share one store.',
} as const;

export type __Name__ErrorCode = keyof typeof __nameInCamelCase__ErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<__Name__ErrorCode, string> {}
}
