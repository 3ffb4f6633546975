/** The stage stops: the work is given back at its checkpoint and taken again by whoever comes. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';

  constructor(readonly recordId: string) {
    super(`${recordId}: interrupted at a checkpoint because the stage stops`);
  }
}
