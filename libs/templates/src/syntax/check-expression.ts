import { TypeGuards, type Token, type Tokenizer } from 'liquidjs';
import { describeForeignOperator } from './foreign-operator.js';
import { ignoredAfterError, ignoredTextError, quoted } from './ignored-text-error.js';

/**
 * Reads an expression with its filters, up to the end of the tag, or up to a comma where `commaEnds`. Throws a
 * TemplateSyntaxError for text that the engine would ignore. The engine reports its own syntax errors.
 */
export function checkFilteredExpression(tokenizer: Tokenizer, { commaEnds = false } = {}): void {
  const lastValue = checkOperators(tokenizer);
  const begin = tokenizer.p;
  const rest = tokenizer.remaining();
  if (lastValue !== null && describeForeignOperator(lastValue, rest) !== null) {
    throw ignoredAfterError(tokenizer, lastValue, begin);
  }
  for (const { args } of tokenizer.readFilters()) {
    for (const arg of args.flat()) if (arg !== undefined && typeof arg !== 'string') checkBrackets(tokenizer, arg);
  }
  tokenizer.skipBlank();
  if (tokenizer.end() || (commaEnds && tokenizer.peek() === ',')) return;
  throw ignoredAfterError(tokenizer, lastValue ?? '', tokenizer.p);
}

/** Reads one value without filters and returns its text. */
export function checkValue(tokenizer: Tokenizer): string {
  const value = tokenizer.readValueOrThrow();
  checkBrackets(tokenizer, value);
  return value.getText();
}

/** Reads values with an operator between each two. Returns the last value; null when there is none. */
function checkOperators(tokenizer: Tokenizer): string | null {
  let value: string | null = null;
  let operator: Token | null = null;
  for (const token of tokenizer.readExpressionTokens()) {
    const isNot = TypeGuards.isOperatorToken(token) && token.operator === 'not';
    if (isNot || !TypeGuards.isOperatorToken(token)) {
      if (value !== null) throw ignoredAfterError(tokenizer, value, token.begin);
      checkBrackets(tokenizer, token);
      if (!isNot) value = token.getText();
    } else {
      if (value === null) throw missingOperandError(tokenizer, token, 'before');
      value = null;
    }
    operator = TypeGuards.isOperatorToken(token) ? token : null;
  }
  if (operator !== null) throw missingOperandError(tokenizer, operator, 'after');
  tokenizer.skipBlank();
  return value;
}

function missingOperandError(tokenizer: Tokenizer, operator: Token, side: 'before' | 'after'): Error {
  const text = quoted(operator.getText());
  return ignoredTextError(
    tokenizer,
    operator.begin,
    `there is no value ${side} ${text}; write one on either side of it`,
  );
}

/** The engine reads the first value within [ ] and ignores what follows it. */
function checkBrackets(tokenizer: Tokenizer, token: Token): void {
  let text = token.getText();
  for (const { begin, end } of partsOf(token)) {
    const at = begin - token.begin;
    text = `${text.slice(0, at)}${' '.repeat(end - begin)}${text.slice(at + end - begin)}`;
  }
  const ignoredAt = text.search(/[^\s.()[\]]/);
  if (ignoredAt === -1) return;
  const ignored = quoted(text.slice(ignoredAt));
  const message = `Liquid would ignore ${ignored} in ${quoted(token.getText())}; write one value within [ ]`;
  throw ignoredTextError(tokenizer, token.begin + ignoredAt, message);
}

function partsOf(token: Token): Token[] {
  if (TypeGuards.isRangeToken(token)) return [token.lhs, token.rhs].flatMap(partsOf);
  if (!TypeGuards.isPropertyAccessToken(token)) return [token];
  return [...(token.variable === undefined ? [] : [token.variable]), ...token.props].flatMap(partsOf);
}
