/** A set of requests of a batch, one bit each. It is stored as base64. */
export class RequestBits {
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

  /** How many requests are in the set. */
  get count(): number {
    let count = 0;
    for (let byte of this.#bits) for (; byte > 0; byte >>= 1) count += byte & 1;
    return count;
  }

  /** Empty when no request is in the set. */
  toString(): string {
    return this.count === 0 ? '' : this.#bits.toString('base64');
  }
}
