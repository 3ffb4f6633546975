/** Every code that a consumer of one's own puts on an error: what it means, and what to do. */
export const consumerErrorCodes = {
  'consumer.invalid':
    'The file of a consumer cannot be loaded, or its definition is wrong. The message lists everything that is wrong with it.',
  'consumer.no-folder': 'The folder of consumers cannot be read. Set BATCHMILL_CONSUMERS_FOLDER to yours.',
  'consumer.unknown':
    'There is no consumer of that name in the folder of consumers. The message lists those that exist.',
  'consumer.not-async':
    'A method of a consumer is no async function, so nothing waits for it. The message says how it is written; then redrive the dead letter.',
  'consumer.bad-yield':
    'A consumer yielded something that is no event. Make it with new, then redrive the dead letter.',
  'consumer.too-slow':
    'In a test on the simulator, consumers have not handled their messages within a minute. See whether one of them waits for something.',
  'event.invalid-definition':
    'An event that `defineEvent` defines has a wrong name, key or field. The message says what was expected.',
  'event.invalid':
    'An event of a consumer was made with fields that are not those of its definition. It is not published. The message names the fields.',
} as const;

export type ConsumerErrorCode = keyof typeof consumerErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<ConsumerErrorCode, string> {}
}
