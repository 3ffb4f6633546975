/** Which requests of a batch have been received, one bit each; as base64 it goes into the checkpoint. */
export class ReceivedBits {
  readonly #bits: Buffer;

  constructor(requests: number, base64: string) {
    this.#bits = Buffer.alloc(Math.ceil(requests / 8));
    Buffer.from(base64, 'base64').copy(this.#bits);
  }

  has(index: number): boolean {
    return ((this.#bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
  }

  add(index: number): void {
    this.#bits[index >> 3] = (this.#bits[index >> 3] ?? 0) | (1 << (index & 7));
  }

  toString(): string {
    return this.#bits.toString('base64');
  }
}
