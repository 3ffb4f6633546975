/** The error codes of the provider, with their meaning. */
export const providerErrorCodes = {
  'provider.refused': 'The provider refused the call. Nothing was carried out.',
  'provider.account-refused':
    'The provider refuses the key, the budget is spent, or the model is not allowed. The work is held and goes on by itself when that is mended; no attempt is used up. The message says what to do.',
  'provider.unavailable':
    'The provider did not answer, or answered with a server error. The call may have been carried out.',
  'provider.proxy-refused':
    'The proxy refused the connection to the provider, or wants a login. The work waits; see HTTPS_PROXY and HTTP_PROXY.',
  'provider.rate-limited': 'The provider limits the rate of calls (429), also after several attempts.',
  'provider.timeout': 'A call timed out. It may have been carried out.',
  'provider.cut-off': 'The content of a file ended before its length. It is read again from the beginning.',
  'provider.wrong-dimensions': 'A vector has other dimensions than requested, or values that are not finite numbers.',
  'provider.wrong-length': 'A file to upload has another length than announced. It was not sent.',
  'provider.call-too-large':
    'A call for embeddings has more inputs or tokens than the provider takes in one, or an empty text. It was not sent.',
  'provider.unexpected-response': 'A response does not have the form that the API documents.',
  // Errors of single requests, from their results.
  'provider.missing-result': 'The result files have no line for the request.',
  'provider.not-executed': 'The batch expired or was cancelled before the request was executed.',
  'provider.unanswered-request': 'The provider could not answer the request (429, 5xx, timeout).',
  'provider.refused-request': 'The provider refused the request as invalid (4xx).',
  'provider.refusal': 'The model refused to answer.',
  'provider.content-filter': 'The provider’s content filter stopped the answer.',
  'provider.no-content': 'The answer contains no text or vector.',
  'provider.answer-not-understood':
    'An answer came in a form that is not known. It is paid for and kept, and not requested again. After an update that knows the form: `batchmill batch reprocess`.',
  'provider.invalid-vector': 'The vector has other dimensions than requested, or values that are not finite numbers.',
  'provider.invalid-json': 'The answer is not JSON, although the function has a response format.',
  'provider.large-number':
    'The answer is JSON with a number that neither a double nor a 64-bit integer holds. Let the response format ask for it as a text.',
  'provider.schema-mismatch': 'The answer is JSON that does not match the response format.',
  'provider.answer-cut-off':
    'The answer ended at the token limit, in the middle of its JSON or before it began. Raise maxTokens.',
} as const;

export type ProviderErrorCode = keyof typeof providerErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<ProviderErrorCode, string> {}
}
