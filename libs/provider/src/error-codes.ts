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
  // Of a request, as its result tells.
  'provider.missing-result': 'The provider sent no line for the request.',
  'provider.not-carried-out': 'The batch expired or was cancelled before the request was carried out.',
  'provider.unavailable': 'The provider could not answer the request (429, 5xx, time-out).',
  'provider.refused-request': 'The provider does not take the request (4xx).',
  'provider.refusal': 'The model refused to answer.',
  'provider.content-filter': 'The provider’s content filter stopped the answer.',
  'provider.no-content': 'The answer holds no text or vector.',
  'provider.bad-vector': 'The vector has another length than asked, or numbers that are not finite.',
  'provider.bad-json': 'The answer is not JSON, though JSON was asked for.',
  'provider.other-json': 'The answer is JSON, but not of the schema.',
  'provider.answer-cut-off':
    'The answer ended at the token limit, in the middle of its JSON or before it began; allow more tokens.',
} as const;

export type ProviderErrorCode = keyof typeof providerErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<ProviderErrorCode, string> {}
}
