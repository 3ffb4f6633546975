/** The function of the embeddings endpoint. No prompt function may have this name. */
export const embeddingsFunction = 'embeddings';

/** The fields of the marks within `processingInfoField`, except the last error. */
export const markFields = [
  'runId',
  'claimId',
  'claimedAt',
  'notBefore',
  'freeRetries',
  'ended',
  'functions',
  'errors',
  'previousValue',
] as const;

/** Variables of a response template that would hide a parameter or a variable of the field map with the same name. */
export const responseVariables: readonly string[] = [
  'document',
  'response_content',
  'current_date',
  'run_id',
  'function',
  'model',
  'usage',
  'finish_reason',
];

export const foundResponseVariable = 'a name that response templates already use';
export const expectedOtherName = `another name than ${responseVariables.join(', ')}`;
