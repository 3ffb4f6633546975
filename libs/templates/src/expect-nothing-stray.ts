import { LiquidError, Tokenizer, TypeGuards, type TagToken, type Token } from 'liquidjs';
import { expectFilteredValue, expectValue } from './expect-expression.js';
import { quoted, strayBehind, strayError } from './stray-error.js';

type Tag = Pick<TagToken, 'name' | 'tokenizer'>;

/** How the rest of a tag reads, behind its name. What is not listed is the engine's to judge. */
const grammars: Readonly<Record<string, (tokenizer: Tokenizer) => void>> = {
  if: expectFilteredValue,
  elsif: expectFilteredValue,
  unless: expectFilteredValue,
  case: expectFilteredValue,
  echo: (tokenizer) => {
    if (tokenizer.remaining().trim() !== '') expectFilteredValue(tokenizer);
  },
  assign: (tokenizer) => {
    tokenizer.readIdentifier();
    tokenizer.skipBlank();
    tokenizer.assert(tokenizer.read() === '=', 'expected "="');
    expectFilteredValue(tokenizer);
  },
  when: expectCases,
  cycle: expectCycle,
  for: (tokenizer) => expectLoop(tokenizer, ['limit', 'offset', 'reversed']),
  tablerow: (tokenizer) => expectLoop(tokenizer, ['limit', 'offset', 'cols']),
  capture: expectName,
  increment: expectName,
  decrement: expectName,
  else: (tokenizer) => {
    const rest = tokenizer.remaining().trim();
    const told = `${quoted(rest)} behind else would be passed over; Liquid writes {% elsif … %}`;
    if (rest !== '') throw strayError(tokenizer, tokenizer.p, told);
  },
};

/** Throws TemplateSyntaxError for what the engine would pass over in silence. What it does not parse it tells itself. */
export function expectNothingStray(source: string): void {
  try {
    expectTokens(new Tokenizer(source).readTopLevelTokens());
  } catch (error) {
    if (!LiquidError.is(error)) throw error;
  }
}

function expectTokens(tokens: readonly Token[]): void {
  let skippedUntil: string | null = null;
  for (const token of tokens) {
    if (TypeGuards.isTagToken(token)) {
      if (token.name === skippedUntil) skippedUntil = null;
      else if (token.name === 'comment' || token.name === 'raw') skippedUntil ??= `end${token.name}`;
      else if (skippedUntil === null) expectTag(token);
    } else if (TypeGuards.isOutputToken(token) && skippedUntil === null) {
      expectFilteredValue(new Tokenizer(token.input, undefined, undefined, token.contentRange));
    }
  }
}

function expectTag({ name, tokenizer }: Tag): void {
  if (name === 'liquid') expectTokens(tokenizer.readLiquidTagTokens());
  else if (Object.hasOwn(grammars, name)) grammars[name]?.(tokenizer);
}

function expectCases(tokenizer: Tokenizer): void {
  let value = expectValue(tokenizer);
  for (;;) {
    tokenizer.skipBlank();
    if (tokenizer.end()) return;
    const begin = tokenizer.p;
    if (tokenizer.peek() === ',') tokenizer.advance();
    else if (tokenizer.readIdentifier().content !== 'or') throw strayBehind(tokenizer, value, begin);
    value = expectValue(tokenizer);
  }
}

function expectCycle(tokenizer: Tokenizer): void {
  const begin = tokenizer.p;
  tokenizer.readValue();
  tokenizer.skipBlank();
  if (tokenizer.peek() === ':') tokenizer.advance();
  else tokenizer.p = begin;
  while (!tokenizer.end()) {
    expectFilteredValue(tokenizer, { several: true });
    tokenizer.advance();
  }
}

function expectLoop(tokenizer: Tokenizer, known: readonly string[]): void {
  tokenizer.readIdentifier();
  tokenizer.assert(tokenizer.readIdentifier().content === 'in', 'expected "in"');
  expectValue(tokenizer);
  tokenizer.skipBlank();
  const begin = tokenizer.p;
  const stray = tokenizer.readHashes().find(({ name }) => !known.includes(name.content))?.begin;
  tokenizer.skipBlank();
  if (stray === undefined && tokenizer.end()) return;
  const at = stray ?? tokenizer.p;
  const told =
    `${quoted(tokenizer.input.slice(at, tokenizer.N).trim())} behind the list of a loop would be passed over; Liquid knows ` +
    `${known.join(', ')} there, and writes filters before the loop ({% assign list = list | sort %}) and conditions in it`;
  throw strayError(tokenizer, Math.max(at, begin), told);
}

/** A name and nothing behind it. */
function expectName(tokenizer: Tokenizer): void {
  const name = tokenizer.readIdentifier().getText() || (tokenizer.readQuoted()?.getText() ?? '');
  tokenizer.skipBlank();
  if (!tokenizer.end()) throw strayBehind(tokenizer, name, tokenizer.p);
}
