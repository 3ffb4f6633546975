import { Ids } from '@batchmill/contracts';
import { seededRandom } from '@batchmill/testing';

/** Ids that only depend on the seed and on how many were made. */
export class SeededIds extends Ids {
  readonly #random: () => number;

  constructor(seed: number) {
    super();
    this.#random = seededRandom(seed);
  }

  next(): string {
    const digits = Array.from({ length: 8 }, () =>
      Math.floor(this.#random() * 65_536)
        .toString(16)
        .padStart(4, '0'),
    );
    const [a = '', b = '', c = '', d = '', e = '', ...rest] = digits;
    return `${a}${b}-${c}-4${d.slice(1)}-8${e.slice(1)}-${rest.join('')}`;
  }
}
