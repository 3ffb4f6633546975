/** Every code that the host of a stage puts on an error: what it means, and what to do. */
export const stageErrorCodes = {
  'message.not-json':
    'The value of a message is not a JSON object. The message is dead-lettered. Send the fields of the event as JSON.',
  'message.not-valid':
    'A message lacks fields of its event, or has wrong ones. The message is dead-lettered. The error names the fields; docs/reference/events.md describes them.',
  'stage.undeclared-event': 'A stage yielded an event that its decorator does not declare. Add it to `produces`.',
  'stage.lease-not-ended':
    'A stage’s method returned without a transition that ends the lease of its record. Yield one, or `wait`.',
} as const;

export type StageErrorCode = keyof typeof stageErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<StageErrorCode, string> {}
}
