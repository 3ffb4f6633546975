/** The record was taken over, or moved on: what its former holder does from here on would not count. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';

  constructor(readonly recordId: string) {
    super(`${recordId}: the lease is gone; whoever took the record goes on from the last checkpoint`);
  }
}
