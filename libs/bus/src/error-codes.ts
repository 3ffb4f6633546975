/** Every code that a bus puts on an error, with what it means. ConnectionErrors unless it says otherwise. */
export const busErrorCodes = {
  'bus.already-consumed': 'Another process consumes from this embedded bus. Only one may; any number may publish.',
  'bus.bad-url': 'The address of the bus, or an option that goes with it, is not understood. A ValidationError.',
  'bus.closed': 'The bus was used after it was closed.',
  'bus.disk-full': 'The disk that holds the bus is full. Nothing of the call was recorded.',
  'bus.message-too-large': 'A message is larger than its topic takes. It was not recorded. A ProcessingError.',
  'bus.not-authorised': 'The bus refuses this user, or what this user wanted to do.',
  'bus.refused': 'The bus answers, and refuses what it was asked for, such as the name of a topic. A ProcessingError.',
  'bus.subscription-died':
    'A subscription ended for good without being stopped. Its process ends, so that it is started again.',
  'bus.timed-out': 'The bus took too long to answer. A message may have been recorded all the same. A TimeoutError.',
  'bus.unavailable': 'The bus does not answer, or its data cannot be read or written.',
} as const;

export type BusErrorCode = keyof typeof busErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<BusErrorCode, string> {}
}
