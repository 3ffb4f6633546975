import { ValidationError } from '@batchmill/contracts';
import { storedValue, type RowField, type RowFieldValue, type VectorTarget } from '@batchmill/pipeline';
import type { Comparison, RowCondition } from '@batchmill/vectors';

/*
 * The language of conditions: `company = "Acme" and (date >= 2026-01-01 or not open = true) and tenant in (a, b)`. A value stands in
 * quotes, within which two quotes are one, or is a bare word. What it means is decided by the type of its field.
 */

type Token =
  | { readonly kind: 'word' | 'quoted'; readonly text: string; readonly at: number }
  | { readonly kind: 'sign'; readonly text: string; readonly at: number };

const comparisons: readonly string[] = ['=', '!=', '<', '<=', '>', '>='];
/** Deeper ones would not fit into the expressions of stores. */
const deepest = 50;

type FilterField = Pick<RowField, 'name' | 'type'>;

/** The fields by which vectors of a pipeline are filtered: the ids, and the fields of documents that are stored with them. */
export function filterFieldsOf({ idFields, rowFields }: VectorTarget): readonly FilterField[] {
  return [...Object.values(idFields).map((name): FilterField => ({ name, type: 'string' })), ...rowFields];
}

/** Throws a ValidationError `search.bad-condition` that says where the text cannot be read, and what was expected there. */
export function parseWhere(text: string, target: VectorTarget): RowCondition {
  const parser = new Parser(text, tokensOf(text), filterFieldsOf(target));
  return parser.parse();
}

class Parser {
  #next = 0;
  #depth = 0;

  constructor(
    private readonly text: string,
    private readonly tokens: readonly Token[],
    private readonly fields: readonly FilterField[],
  ) {}

  parse(): RowCondition {
    const condition = this.#any();
    if (this.#peek() !== undefined) this.#refuse('"and", "or" or the end');
    return condition;
  }

  #any(): RowCondition {
    return this.#joined('or', () => this.#joined('and', () => this.#one()));
  }

  #joined(kind: 'and' | 'or', part: () => RowCondition): RowCondition {
    const first = part();
    const conditions = [first];
    while (this.#takeWord(kind)) conditions.push(part());
    return conditions.length === 1 ? first : { kind, conditions };
  }

  #one(): RowCondition {
    this.#depth += 1;
    if (this.#depth > deepest) this.#refuse(`at most ${deepest} conditions within each other`);
    try {
      if (this.#takeWord('not')) return { kind: 'not', condition: this.#one() };
      if (!this.#takeSign('(')) return this.#comparison();
      const condition = this.#any();
      if (!this.#takeSign(')')) this.#refuse('")"');
      return condition;
    } finally {
      this.#depth -= 1;
    }
  }

  #comparison(): RowCondition {
    const { name: field, type } = this.#field();
    const isNot = this.#takeWord('not');
    if (this.#takeWord('in')) {
      const condition = { kind: 'in', field, values: this.#list(type) } as const;
      return isNot ? { kind: 'not', condition } : condition;
    }
    const token = this.#peek();
    if (isNot || token?.kind !== 'sign' || !comparisons.includes(token.text)) {
      this.#refuse(isNot ? '"in"' : `${comparisons.join(', ')} or "in"`);
    }
    this.#next += 1;
    return { kind: 'comparison', field, is: token.text as Comparison, value: this.#value(type) };
  }

  #field(): FilterField {
    const token = this.#peek();
    const field = token?.kind === 'word' ? this.fields.find(({ name }) => name === token.text) : undefined;
    if (field === undefined) this.#refuse(`a field: ${this.fields.map(({ name }) => name).join(', ')}`);
    this.#next += 1;
    return field;
  }

  #list(type: RowField['type']): RowFieldValue[] {
    if (!this.#takeSign('(')) this.#refuse('"("');
    const values = [this.#value(type)];
    while (this.#takeSign(',')) values.push(this.#value(type));
    if (!this.#takeSign(')')) this.#refuse('"," or ")"');
    return values;
  }

  #value(type: RowField['type']): RowFieldValue {
    const token = this.#peek();
    const value = token === undefined || token.kind === 'sign' ? null : valueIn(token.text, type);
    if (value === null) this.#refuse(expectedValue[type]);
    this.#next += 1;
    return value;
  }

  #peek(): Token | undefined {
    return this.tokens[this.#next];
  }

  #takeWord(word: string): boolean {
    const token = this.#peek();
    if (token?.kind !== 'word' || token.text.toLowerCase() !== word) return false;
    this.#next += 1;
    return true;
  }

  #takeSign(sign: string): boolean {
    const token = this.#peek();
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.#next += 1;
    return true;
  }

  #refuse(expected: string): never {
    const token = this.#peek();
    const found = token === undefined ? 'its end' : `${JSON.stringify(token.text)} at ${token.at + 1}`;
    throw refusal(this.text, found, expected);
  }
}

const expectedValue: Readonly<Record<RowField['type'], string>> = {
  string: 'a word, or a text in quotes',
  integer: 'a whole number of 64 bits',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date such as 2026-11-29 or 2026-11-29T17:00:00Z',
};

/** Null: the text is no value of the type. */
function valueIn(text: string, type: RowField['type']): RowFieldValue | null {
  switch (type) {
    case 'string':
      return text;
    case 'integer':
      return /^-?\d+$/.test(text) ? storedValue(type, BigInt(text)) : null;
    case 'number':
      return /^-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? storedValue(type, Number(text)) : null;
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : null;
    case 'date':
      return storedValue(type, text);
  }
}

function tokensOf(text: string): Token[] {
  const pattern = /\s+|"((?:[^"]|"")*)"|'((?:[^']|'')*)'|(!=|<=|>=|[=<>(),])|([^\s"'=<>!(),]+)/gy;
  const tokens: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, double, single, sign, word] = match;
    if (double !== undefined) tokens.push({ kind: 'quoted', text: double.replaceAll('""', '"'), at });
    else if (single !== undefined) tokens.push({ kind: 'quoted', text: single.replaceAll("''", "'"), at });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    at += whole.length;
  }
  if (at === text.length) return tokens;
  const found = `${JSON.stringify(text[at])} at ${at + 1}`;
  throw refusal(
    text,
    found,
    /["']/.test(text[at] ?? '') ? 'a text that ends with the same quote' : 'a field or a comparison',
  );
}

function refusal(text: string, found: string, expected: string): ValidationError {
  return new ValidationError('search.bad-condition', `the condition ${text}: found ${found}, expected ${expected}`);
}
