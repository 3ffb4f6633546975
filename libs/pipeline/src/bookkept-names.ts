/** What is kept of a document within its `processingInfoField`, besides its last error. */
export const bookkeptNames = [
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
