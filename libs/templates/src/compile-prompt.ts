import { expectLiquid } from './expect-liquid.js';
import { liquidEngine } from './liquid-engine.js';
import { stringifyValue } from './stringify-value.js';
import { TemplateLimitError, TemplateNothingError } from './template-trouble.js';
import { TemplateSyntaxError } from './template-syntax-error.js';

/** A text template, parsed once and rendered per document. */
export interface PromptTemplate {
  readonly source: string;
  /** Throws what the engine throws; `templateError` says it without contents. */
  render(variables: Readonly<Record<string, unknown>>): string;
}

export interface PromptOptions {
  /** What a variable that is null, or an output that comes to nothing, is: an empty text, or as if it were missing. */
  readonly nothingIs: 'blank' | 'missing';
}

/** No model reads as much. */
const maxCharacters = 5_000_000;

const blank = liquidEngine({ outputEscape: stringifyValue });
const strict = liquidEngine({ outputEscape: (value) => stringifyValue(expectSomething(value)) });

/** Throws TemplateSyntaxError. */
export function compilePrompt(source: string, { nothingIs }: PromptOptions = { nothingIs: 'blank' }): PromptTemplate {
  const engine = nothingIs === 'blank' ? blank : strict;
  expectLiquid(source);
  try {
    const parsed = engine.parse(source);
    return {
      source,
      render: (variables) => {
        const seen = nothingIs === 'blank' ? variables : withoutNulls(variables);
        return expectShort(String(engine.renderSync(parsed, seen)));
      },
    };
  } catch (error) {
    throw new TemplateSyntaxError(error);
  }
}

function expectSomething(value: unknown): unknown {
  if (value === null || value === undefined) throw new TemplateNothingError();
  return value;
}

function expectShort(text: string): string {
  if (text.length > maxCharacters) throw new TemplateLimitError(`more than ${maxCharacters} characters`);
  return text;
}

function withoutNulls(variables: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== null));
}
