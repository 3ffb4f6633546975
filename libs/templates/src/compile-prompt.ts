import { liquidEngine } from './liquid-engine.js';
import { MissingValueError, TemplateLimitError } from './render-errors.js';
import { checkTemplateSyntax } from './syntax/check-template-syntax.js';
import { TemplateSyntaxError } from './syntax/template-syntax-error.js';
import { isMissing, valueToText } from './value-to-text.js';

/** A text template, parsed once and rendered per document. */
export interface PromptTemplate {
  readonly source: string;
  /** Throws the engine's errors; `templateError` describes them without contents. */
  render(variables: Readonly<Record<string, unknown>>): string;
}

export interface PromptOptions {
  /** How null, NaN and an output without a value render: as an empty text, or as the error of a missing variable. */
  readonly nullIs: 'empty' | 'missing';
}

/** More than any model reads. */
const maxCharacters = 5_000_000;

const lenient = liquidEngine({ outputEscape: valueToText });
const strict = liquidEngine({ outputEscape: (value) => valueToText(requireValue(value)) });

/** Throws a TemplateSyntaxError. */
export function compilePrompt(source: string, { nullIs }: PromptOptions = { nullIs: 'empty' }): PromptTemplate {
  const engine = nullIs === 'empty' ? lenient : strict;
  checkTemplateSyntax(source);
  try {
    const parsed = engine.parse(source);
    return {
      source,
      render: (variables) => {
        const scope = nullIs === 'empty' ? variables : withoutMissing(variables);
        return limitLength(String(engine.renderSync(parsed, scope)));
      },
    };
  } catch (error) {
    throw new TemplateSyntaxError(error);
  }
}

function requireValue(value: unknown): unknown {
  if (isMissing(value)) throw new MissingValueError();
  return value;
}

function limitLength(text: string): string {
  if (text.length > maxCharacters) throw new TemplateLimitError(`made more than ${maxCharacters} characters`);
  return text;
}

function withoutMissing(variables: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => !isMissing(value)));
}
