import { TypeGuards, type Token, type Tokenizer } from 'liquidjs';
import { otherOperator } from './other-operator.js';
import { quoted, strayBehind, strayError } from './stray-error.js';

/**
 * Reads a value with its filters, up to its end or to a comma where there may be several. Throws TemplateSyntaxError for
 * what the engine would pass over; what it does not read itself it tells itself.
 */
export function expectFilteredValue(tokenizer: Tokenizer, { several = false } = {}): void {
  const last = expectExpression(tokenizer);
  const begin = tokenizer.p;
  const rest = tokenizer.remaining();
  if (last !== null && otherOperator(last, rest) !== null) throw strayBehind(tokenizer, last, begin);
  for (const { args } of tokenizer.readFilters()) {
    for (const arg of args.flat()) if (arg !== undefined && typeof arg !== 'string') expectBrackets(tokenizer, arg);
  }
  tokenizer.skipBlank();
  if (tokenizer.end() || (several && tokenizer.peek() === ',')) return;
  throw strayBehind(tokenizer, last ?? '', tokenizer.p);
}

/** Reads one value without filters. */
export function expectValue(tokenizer: Tokenizer): string {
  const value = tokenizer.readValueOrThrow();
  expectBrackets(tokenizer, value);
  return value.getText();
}

/** Values with an operator between each two. Returns the last; null: there is none. */
function expectExpression(tokenizer: Tokenizer): string | null {
  let value: string | null = null;
  let operator: Token | null = null;
  for (const token of tokenizer.readExpressionTokens()) {
    const isNot = TypeGuards.isOperatorToken(token) && token.operator === 'not';
    if (isNot || !TypeGuards.isOperatorToken(token)) {
      if (value !== null) throw strayBehind(tokenizer, value, token.begin);
      expectBrackets(tokenizer, token);
      if (!isNot) value = token.getText();
    } else {
      if (value === null) throw alone(tokenizer, token, 'before');
      value = null;
    }
    operator = TypeGuards.isOperatorToken(token) ? token : null;
  }
  if (operator !== null) throw alone(tokenizer, operator, 'behind');
  tokenizer.skipBlank();
  return value;
}

function alone(tokenizer: Tokenizer, operator: Token, where: string): Error {
  const text = quoted(operator.getText());
  return strayError(tokenizer, operator.begin, `no value stands ${where} ${text}; Liquid writes one on either side`);
}

/** Of what stands within [ ] the engine reads the first value. */
function expectBrackets(tokenizer: Tokenizer, token: Token): void {
  let text = token.getText();
  for (const { begin, end } of partsOf(token)) {
    const at = begin - token.begin;
    text = `${text.slice(0, at)}${' '.repeat(end - begin)}${text.slice(at + end - begin)}`;
  }
  const stray = text.search(/[^\s.()[\]]/);
  if (stray === -1) return;
  const told = `${quoted(text.slice(stray))} within ${quoted(token.getText())} would be passed over; Liquid writes one value within [ ]`;
  throw strayError(tokenizer, token.begin + stray, told);
}

function partsOf(token: Token): Token[] {
  if (TypeGuards.isRangeToken(token)) return [token.lhs, token.rhs].flatMap(partsOf);
  if (!TypeGuards.isPropertyAccessToken(token)) return [token];
  return [...(token.variable === undefined ? [] : [token.variable]), ...token.props].flatMap(partsOf);
}
