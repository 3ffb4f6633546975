import { LiquidError, Tokenizer, TypeGuards, type TagToken, type Token } from 'liquidjs';
import { checkFilteredExpression, checkValue } from './check-expression.js';
import { ignoredAfterError, ignoredTextError, quoted } from './ignored-text-error.js';

type Tag = Pick<TagToken, 'name' | 'tokenizer'>;

/** How to read the rest of a tag, after its name. Other tags are left to the engine. */
const checks: Readonly<Record<string, (tokenizer: Tokenizer) => void>> = {
  if: checkFilteredExpression,
  elsif: checkFilteredExpression,
  unless: checkFilteredExpression,
  case: checkFilteredExpression,
  echo: (tokenizer) => {
    if (tokenizer.remaining().trim() !== '') checkFilteredExpression(tokenizer);
  },
  assign: (tokenizer) => {
    tokenizer.readIdentifier();
    tokenizer.skipBlank();
    tokenizer.assert(tokenizer.read() === '=', 'expected "="');
    checkFilteredExpression(tokenizer);
  },
  when: checkWhen,
  cycle: checkCycle,
  for: (tokenizer) => checkLoop(tokenizer, ['limit', 'offset', 'reversed']),
  tablerow: (tokenizer) => checkLoop(tokenizer, ['limit', 'offset', 'cols']),
  capture: checkName,
  increment: checkName,
  decrement: checkName,
  else: (tokenizer) => {
    const rest = tokenizer.remaining().trim();
    const message = `Liquid would ignore ${quoted(rest)} after else; write {% elsif … %}`;
    if (rest !== '') throw ignoredTextError(tokenizer, tokenizer.p, message);
  },
};

/** Throws a TemplateSyntaxError for text in a tag or an output that the engine would ignore without an error. */
export function checkTags(source: string): void {
  try {
    checkTokens(new Tokenizer(source).readTopLevelTokens());
  } catch (error) {
    // The engine reports its own syntax errors when it parses the template.
    if (!LiquidError.is(error)) throw error;
  }
}

function checkTokens(tokens: readonly Token[]): void {
  let skippedUntil: string | null = null;
  for (const token of tokens) {
    if (TypeGuards.isTagToken(token)) {
      if (token.name === skippedUntil) skippedUntil = null;
      else if (token.name === 'comment' || token.name === 'raw') skippedUntil ??= `end${token.name}`;
      else if (skippedUntil === null) checkTag(token);
    } else if (TypeGuards.isOutputToken(token) && skippedUntil === null) {
      checkFilteredExpression(new Tokenizer(token.input, undefined, undefined, token.contentRange));
    }
  }
}

function checkTag({ name, tokenizer }: Tag): void {
  if (name === 'liquid') checkTokens(tokenizer.readLiquidTagTokens());
  else if (Object.hasOwn(checks, name)) checks[name]?.(tokenizer);
}

function checkWhen(tokenizer: Tokenizer): void {
  let value = checkValue(tokenizer);
  for (;;) {
    tokenizer.skipBlank();
    if (tokenizer.end()) return;
    const begin = tokenizer.p;
    if (tokenizer.peek() === ',') tokenizer.advance();
    else if (tokenizer.readIdentifier().content !== 'or') throw ignoredAfterError(tokenizer, value, begin);
    value = checkValue(tokenizer);
  }
}

function checkCycle(tokenizer: Tokenizer): void {
  const begin = tokenizer.p;
  tokenizer.readValue();
  tokenizer.skipBlank();
  if (tokenizer.peek() === ':') tokenizer.advance();
  else tokenizer.p = begin;
  while (!tokenizer.end()) {
    checkFilteredExpression(tokenizer, { commaEnds: true });
    tokenizer.advance();
  }
}

function checkLoop(tokenizer: Tokenizer, options: readonly string[]): void {
  tokenizer.readIdentifier();
  tokenizer.assert(tokenizer.readIdentifier().content === 'in', 'expected "in"');
  checkValue(tokenizer);
  tokenizer.skipBlank();
  const begin = tokenizer.p;
  const unknownAt = tokenizer.readHashes().find(({ name }) => !options.includes(name.content))?.begin;
  tokenizer.skipBlank();
  if (unknownAt === undefined && tokenizer.end()) return;
  const at = unknownAt ?? tokenizer.p;
  const message =
    `Liquid would ignore ${quoted(tokenizer.input.slice(at, tokenizer.N).trim())} after the list of a loop; it knows only ` +
    `${options.join(', ')} there. Write filters before the loop ({% assign list = list | sort %}) and conditions inside it`;
  throw ignoredTextError(tokenizer, Math.max(at, begin), message);
}

/** Reads a name, which must be all that is left of the tag. */
function checkName(tokenizer: Tokenizer): void {
  const name = tokenizer.readIdentifier().getText() || (tokenizer.readQuoted()?.getText() ?? '');
  tokenizer.skipBlank();
  if (!tokenizer.end()) throw ignoredAfterError(tokenizer, name, tokenizer.p);
}
