import { ValidationError } from '@batchmill/contracts';
import { describeValue } from './describe-value.js';

/** Gathers everything that is wrong with a definition, so that one start tells all of it. */
export class Problems {
  private readonly found: string[] = [];

  constructor(private readonly file: string) {}

  /** `key` is the place in the definition, `''` the definition itself. */
  add(key: string, found: string, expected: string): void {
    this.found.push(
      `${[this.file, key].filter((part) => part !== '').join(': ')}: found ${found}, expected ${expected}`,
    );
  }

  wrong(key: string, value: unknown, expected: string): void {
    this.add(key, describeValue(value), expected);
  }

  /** Throws when anything was added. */
  settle(): void {
    if (this.found.length > 0) throw new ValidationError('pipeline.invalid', this.found.join('\n'));
  }
}
