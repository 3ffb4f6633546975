/** Every code that the host of a stage puts on an error: what it means, and what to do. */
export const stageErrorCodes = {
  'message.not-json':
    'The value of a message is not a JSON object. It is a dead letter; send the fields of the event as JSON.',
  'message.not-valid':
    'A message lacks fields of its event, or has wrong ones. It is a dead letter; the message names them, docs/reference/events.md shows the right ones.',
  'stage.undeclared-fact': 'A stage yielded an event that its decorator does not declare. Add it to `produces`.',
  'stage.no-end': 'A stage’s method ended without moving its record or letting it wait. Yield one of the two.',
} as const;

export type StageErrorCode = keyof typeof stageErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<StageErrorCode, string> {}
}
