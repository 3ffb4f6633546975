import { closestName } from '@batchmill/contracts';
import { isPlainObject } from '@batchmill/documents';
import type { Problems } from './problems.js';

interface TextOptions<Fallback> {
  readonly fallback: Fallback;
  readonly pattern?: RegExp;
  readonly expected: string;
}

interface NumberOptions {
  readonly fallback: number;
  readonly from: number;
  readonly to: number;
  readonly whole?: boolean;
}

/** Reads an object of a definition key by key. A wrong value is added to the problems, and `fallback` is returned instead. */
export class Section {
  private constructor(
    private readonly problems: Problems,
    readonly path: string,
    private readonly fields: Readonly<Record<string, unknown>>,
  ) {}

  /** An object with no other keys than these. Any other value is a problem and reads as an empty object. */
  static of(problems: Problems, path: string, value: unknown, keys: readonly string[]): Section {
    if (!isPlainObject(value)) {
      problems.addValue(path, value, `an object with ${keys.join(', ')}`);
      return new Section(problems, path, {});
    }
    const section = new Section(problems, path, value);
    for (const key of Object.keys(value).filter((name) => !keys.includes(name))) {
      const similar = closestName(key, keys);
      problems.add(
        section.at(key),
        'an unknown key',
        similar === null ? `one of ${keys.join(', ')}` : `"${similar}"? The keys are ${keys.join(', ')}`,
      );
    }
    return section;
  }

  at(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  get(key: string): unknown {
    return this.fields[key];
  }

  has(key: string): boolean {
    return this.fields[key] !== undefined;
  }

  text<Fallback extends string | null>(
    key: string,
    { fallback, pattern, expected }: TextOptions<Fallback>,
  ): string | Fallback {
    const value = this.fields[key];
    if (value === undefined) return fallback;
    if (typeof value === 'string' && value !== '' && (pattern === undefined || pattern.test(value))) return value;
    this.problems.addValue(this.at(key), value, expected);
    return fallback;
  }

  /** A text that must not be missing. */
  required(key: string, options: { readonly pattern?: RegExp; readonly expected: string }): string {
    if (!this.has(key)) this.problems.addValue(this.at(key), undefined, options.expected);
    return this.text(key, { fallback: '', ...options });
  }

  /** A dotted path that MongoDB accepts. */
  fieldPath<Fallback extends string>(key: string, fallback: Fallback): string {
    return this.text(key, { fallback, pattern: fieldPathPattern, expected: expectedFieldPath });
  }

  number(key: string, { fallback, from, to, whole = true }: NumberOptions): number {
    const value = this.fields[key];
    if (value === undefined) return fallback;
    const isValid = typeof value === 'number' && value >= from && value <= to && (!whole || Number.isInteger(value));
    if (isValid) return value;
    this.problems.addValue(this.at(key), value, `${whole ? 'a whole number' : 'a number'} from ${from} to ${to}`);
    return fallback;
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.fields[key];
    if (value === undefined || typeof value === 'boolean') return value ?? fallback;
    this.problems.addValue(this.at(key), value, 'true or false');
    return fallback;
  }

  oneOf<T extends string, Fallback extends T | null>(
    key: string,
    names: readonly T[],
    fallback: Fallback,
  ): T | Fallback {
    const value = this.fields[key];
    if (value === undefined) return fallback;
    const known = names.find((name) => name === value);
    if (known !== undefined) return known;
    this.problems.addValue(this.at(key), value, names.map((name) => `"${name}"`).join(' or '));
    return fallback;
  }
}

/** No part is empty, starts with `$` or contains a zero byte. */
export const fieldPathPattern = /^(?!\$)[^.\0]+(?:\.(?!\$)[^.\0]+)*$/;
export const expectedFieldPath = 'a field, or a dotted path of fields that do not start with $';
