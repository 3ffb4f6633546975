import type { Tokenizer } from 'liquidjs';
import { otherOperator } from './other-operator.js';
import { TemplateSyntaxError } from './template-syntax-error.js';

const mostLetters = 40;

/** What stands in a tag from `begin` on and would be passed over, told with what Liquid writes. */
export function strayError({ input, N: end }: Tokenizer, begin: number, told: string): TemplateSyntaxError {
  const hint = input.slice(begin, end).includes('{{') ? ' (is a {{ there without its }}?)' : '';
  return new TemplateSyntaxError(`${told}${hint}`, input.slice(0, begin).split('\n').length);
}

/** The same of what stands behind a value and is neither an operator of Liquid nor a filter. */
export function strayBehind(tokenizer: Tokenizer, value: string, begin: number): TemplateSyntaxError {
  const stray = tokenizer.input.slice(begin, tokenizer.N).trim();
  const other = otherOperator(value, stray);
  const told =
    other ??
    `${quoted(stray)} behind ${quoted(value)} would be passed over; Liquid writes a name in one word ` +
      '({{ patient_name }}, {{ patient.name }}), each value in an output of its own ({{ a }}, {{ b }}), and "and", "or", ' +
      '"==" or "contains" between two';
  return strayError(tokenizer, begin, told);
}

export function quoted(text: string): string {
  return JSON.stringify(text.length > mostLetters ? `${text.slice(0, mostLetters)}…` : text);
}
