/** Every code that a bus puts on an error, with what it means. They are ConnectionErrors unless the meaning says otherwise. */
export const busErrorCodes = {
  'bus.already-consumed':
    'Another process consumes from this embedded bus. Only one process may consume; any number may publish.',
  'bus.bad-url': 'The address of the bus, or one of its options, is invalid. A ValidationError.',
  'bus.closed': 'The bus was used after it was closed.',
  'bus.disk-full': 'The disk that holds the bus is full. Nothing of the call was recorded.',
  'bus.message-too-large': 'A message is larger than its topic accepts. It was not recorded. A ProcessingError.',
  'bus.not-authorised': 'The bus refuses this user, or the user may not do this.',
  'bus.refused': 'The bus refuses the request, for example the name of a topic. A ProcessingError.',
  'bus.subscription-died': 'A subscription died without being stopped. Its process exits so that it is restarted.',
  'bus.tls':
    'A certificate is not accepted, or brokers and settings do not agree on TLS. The message says which and what to set. Batchmill waits.',
  'bus.timed-out': 'The bus took too long to answer. A message may have been recorded even so. A TimeoutError.',
  'bus.unavailable': 'The bus does not answer, or its data cannot be read or written.',
} as const;

export type BusErrorCode = keyof typeof busErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<BusErrorCode, string> {}
}
