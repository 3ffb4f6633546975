/** Every code that __name__ puts on an error, `'__name__.what-is-wrong'`: what it means, and what to do. None so far. */
export const __nameInCamelCase__ErrorCodes = {} as const;

export type __Name__ErrorCode = keyof typeof __nameInCamelCase__ErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<__Name__ErrorCode, string> {}
}
