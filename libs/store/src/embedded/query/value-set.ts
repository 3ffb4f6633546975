import { bracketOf, Bracket, classNameOf } from '../values/bracket.js';
import { equalValues } from '../values/compare-values.js';
import { hexOf } from '../values/contents.js';
import { patternOf } from './pattern.js';

/** A set of values with a fast lookup, for example for `$in` with a thousand ids. */
export class ValueSet {
  readonly #simple = new Set<string | number | boolean>();
  readonly #hexes = new Set<string>();
  readonly #others: unknown[] = [];
  readonly #patterns: RegExp[] = [];
  #hasNull = false;

  /** `path` is for messages. */
  constructor(path: string, values: readonly unknown[]) {
    for (const value of values) {
      this.#add(path, value);
    }
  }

  has(value: unknown): boolean {
    switch (typeof value) {
      case 'string':
        return (
          this.#simple.has(value) || this.#patterns.some((pattern) => pattern.test(value)) || this.#hasOther(value)
        );
      case 'number':
      case 'boolean':
        return this.#simple.has(value) || this.#hasOther(value);
      case 'object':
        return value === null ? this.#hasNull : this.#hasObject(value);
      default:
        return value === undefined ? this.#hasNull : this.#hasOther(value);
    }
  }

  #add(path: string, value: unknown): void {
    if (value === null) {
      this.#hasNull = true;
    } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      this.#simple.add(value);
    } else if (typeof value === 'object' && classNameOf(value) === 'ObjectId') {
      this.#hexes.add(hexOf(value));
    } else {
      this.#others.push(value);
      if (bracketOf(value) === Bracket.regex) {
        this.#patterns.push(patternOf(path, value));
      }
    }
  }

  #hasObject(value: object): boolean {
    if (classNameOf(value) === 'ObjectId') {
      return this.#hexes.has(hexOf(value));
    }
    return (
      this.#hasOther(value) ||
      (bracketOf(value) === Bracket.number && [...this.#simple].some((simple) => equalValues(simple, value)))
    );
  }

  #hasOther(value: unknown): boolean {
    return this.#others.length > 0 && this.#others.some((other) => equalValues(other, value));
  }
}
