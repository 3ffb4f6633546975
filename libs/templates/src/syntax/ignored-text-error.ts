import type { Tokenizer } from 'liquidjs';
import { describeForeignOperator } from './foreign-operator.js';
import { TemplateSyntaxError } from './template-syntax-error.js';

const maxQuotedCharacters = 40;

/** The error for text of a tag, from `begin` on, that Liquid would ignore. `message` says what it is and what to write. */
export function ignoredTextError({ input, N: end }: Tokenizer, begin: number, message: string): TemplateSyntaxError {
  const hint = input.slice(begin, end).includes('{{') ? ' (is a {{ not closed by }}?)' : '';
  return new TemplateSyntaxError(`${message}${hint}`, input.slice(0, begin).split('\n').length);
}

/** The error for text after `value` that is neither an operator of Liquid nor a filter. */
export function ignoredAfterError(tokenizer: Tokenizer, value: string, begin: number): TemplateSyntaxError {
  const ignored = tokenizer.input.slice(begin, tokenizer.N).trim();
  const message =
    describeForeignOperator(value, ignored) ??
    `Liquid would ignore ${quoted(ignored)} after ${quoted(value)}; write a name as one word ({{ patient_name }}, ` +
      '{{ patient.name }}), each value in an output of its own ({{ a }}, {{ b }}), and "and", "or", "==" or "contains" ' +
      'between two values';
  return ignoredTextError(tokenizer, begin, message);
}

export function quoted(text: string): string {
  return JSON.stringify(text.length > maxQuotedCharacters ? `${text.slice(0, maxQuotedCharacters)}…` : text);
}
