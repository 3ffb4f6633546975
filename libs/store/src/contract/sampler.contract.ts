import { Binary, ObjectId } from 'bson';

const fields = ['a', 'b', 'o.x', 'o.y'];
const operators = ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte'];

/** Random values, documents and filters, the same for the same seed. */
export class Sampler {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A random integer from 0 up to, but not including, `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T; // never beyond the end
  }

  scalar(): unknown {
    switch (this.below(7)) {
      case 0:
        return this.below(5) - 2;
      case 1:
        return (this.below(9) - 4) / 2;
      case 2:
        return this.pick(['', 'a', 'ab', 'b', 'é', '\uffee', '😀', 'a\u0000', 'a\u0000b']);
      case 3:
        return this.below(2) === 0;
      case 4:
        return new Date(this.below(4) - 2);
      case 5:
        return new ObjectId(`00000000000000000000000${this.below(4)}`);
      default:
        return null;
    }
  }

  /** A scalar, or nested arrays, objects and bytes. */
  value(depth = 2): unknown {
    if (depth === 0 || this.below(3) > 0) {
      return this.scalar();
    }
    switch (this.below(3)) {
      case 0:
        return Array.from({ length: this.below(4) }, () => this.value(depth - 1));
      case 1:
        return Object.fromEntries(
          Array.from({ length: this.below(3) }, () => [this.pick(['x', 'y', 'x\u0001']), this.value(depth - 1)]),
        );
      default:
        return new Binary(Uint8Array.from({ length: this.below(3) }, () => this.below(256)));
    }
  }

  document(value: () => unknown): Record<string, unknown> {
    const object = this.below(4) === 0 ? value() : this.#some(['x', 'y'], value);
    return { ...this.#some(['a', 'b'], value), ...(this.below(5) === 0 ? {} : { o: object }) };
  }

  filter(value: () => unknown, depth = 2): Record<string, unknown> {
    if (depth > 0 && this.below(4) === 0) {
      const parts = Array.from({ length: 1 + this.below(2) }, () => this.filter(value, depth - 1));
      return { [this.pick(['$and', '$or', '$nor'])]: parts };
    }
    return Object.fromEntries(
      Array.from({ length: 1 + this.below(2) }, () => [this.pick(fields), this.#condition(value)]),
    );
  }

  #condition(value: () => unknown): unknown {
    switch (this.below(7)) {
      case 0:
      case 1:
        return value();
      case 2:
        return { [this.pick(['$in', '$nin'])]: Array.from({ length: this.below(4) }, value) };
      case 3:
        return { $exists: this.below(2) === 0 };
      case 4:
        return { $not: { [this.pick(operators)]: value() } };
      case 5:
        return { [this.pick(['$gt', '$gte'])]: value(), [this.pick(['$lt', '$lte'])]: value() };
      default:
        return { [this.pick(operators)]: value() };
    }
  }

  #some(names: readonly string[], value: () => unknown): Record<string, unknown> {
    return Object.fromEntries(names.filter(() => this.below(4) > 0).map((name) => [name, value()]));
  }
}
