/** Every code that a provider puts on an error, with what it means. */
export const providerErrorCodes = {
  'provider.refused': 'The provider said no, definitely; nothing was carried out.',
  'provider.away': 'No answer, or one that says nothing. The call may have been carried out.',
  'provider.rate-limited': 'The provider asks to slow down, and still did after several tries.',
  'provider.timeout': 'A call took longer than it may. It may have been carried out.',
  'provider.cut-off': 'A file’s content ended before its length. It is read again from its beginning.',
  'provider.wrong-dimensions': 'A vector of another length than was asked for, or with what is no number.',
  'provider.wrong-length': 'A file to be sent has another length than was said. It is not sent.',
  'provider.odd-answer': 'An answer that is not what the API promises.',
} as const;

export type ProviderErrorCode = keyof typeof providerErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<ProviderErrorCode, string> {}
}
