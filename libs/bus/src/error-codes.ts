/** Every code that a bus puts on an error, with what it means. All of them are ConnectionErrors. */
export const busErrorCodes = {
  'bus.already-consumed': 'Another process consumes from this embedded bus. Only one may; any number may publish.',
  'bus.closed': 'The bus was used after it was closed.',
  'bus.disk-full': 'The disk that holds the bus is full. Nothing of the call was recorded.',
  'bus.unavailable': 'The bus does not answer, or its data cannot be read or written.',
} as const;

export type BusErrorCode = keyof typeof busErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<BusErrorCode, string> {}
}
