import type { SchemaProblems } from './schema-problems.js';

/** https://platform.openai.com/docs/guides/structured-outputs, "Objects have limitations on nesting depth and size" and after. */
const strictSchemaLimits = {
  /** Objects within objects. The outermost one does not count. */
  levels: 10,
  properties: 5000,
  /** Names of properties and definitions, and values of `enum` and `const`, together. */
  characters: 120_000,
  enumValues: 1000,
  /** An `enum` of more values than this may have `longEnumCharacters` in its texts. */
  longEnumValues: 250,
  longEnumCharacters: 15_000,
} as const;

/** Counts what the provider limits for a schema as a whole. */
export class SchemaSize {
  #properties = 0;
  #enumValues = 0;
  #characters = 0;
  #levels = 0;
  #deepest = '';
  readonly #longEnums: { readonly at: string; readonly values: number; readonly characters: number }[] = [];

  addObject(level: number, at: string): void {
    if (level <= this.#levels) return;
    this.#levels = level;
    this.#deepest = at;
  }

  addProperty(name: string): void {
    this.#properties += 1;
    this.addName(name);
  }

  addName(name: string): void {
    this.#characters += name.length;
  }

  addValues(schema: Readonly<Record<string, unknown>>, at: string): void {
    const values: readonly unknown[] = Array.isArray(schema['enum']) ? schema['enum'] : [];
    const characters = lengthOf(values);
    this.#enumValues += values.length;
    this.#characters += characters + lengthOf([schema['const']]);
    const { longEnumValues, longEnumCharacters } = strictSchemaLimits;
    if (values.length > longEnumValues && characters > longEnumCharacters)
      this.#longEnums.push({ at: `${at}.enum`, values: values.length, characters });
  }

  check(at: string, problems: SchemaProblems): void {
    const limits = strictSchemaLimits;
    if (this.#levels > limits.levels)
      problems.add(this.#deepest, `${this.#levels} levels of objects`, `at most ${limits.levels} below the top`);
    if (this.#properties > limits.properties)
      problems.add(at, `${this.#properties} properties`, `at most ${limits.properties}`);
    if (this.#enumValues > limits.enumValues)
      problems.add(at, `${this.#enumValues} values of enum`, `at most ${limits.enumValues} in the whole schema`);
    if (this.#characters > limits.characters) {
      problems.add(
        at,
        `${this.#characters} characters in names and in values of enum and const`,
        `at most ${limits.characters}`,
      );
    }
    for (const { at: place, values, characters } of this.#longEnums)
      problems.add(
        place,
        `${characters} characters in ${values} values`,
        `at most ${limits.longEnumCharacters} where an enum has more than ${limits.longEnumValues} values`,
      );
  }
}

function lengthOf(values: readonly unknown[]): number {
  return values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
}
