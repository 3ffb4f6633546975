import { ownCopy } from './own-copy.js';

type Encoding = 'cl100k_base' | 'o200k_base';

interface Tokenizer {
  encode(text: string, options: { disallowedSpecial: Set<string> }): number[];
  countTokens(text: string, options: { disallowedSpecial: Set<string> }): number;
  decode(tokens: Iterable<number>): string;
}

/** `<|endoftext|>` in a user's text is text. */
const plain = { disallowedSpecial: new Set<string>() };

/** The tokenizer is quadratic in the length of an unbroken run, so very long runs are cut before they are counted. */
const longRunCharacters = 512;
const longRun = /\S{512}|\s{512}/;
const cutPieces = /[\s\S]{1,256}/g;

const keptPieceCharacters = 160;
const maxPiecesKept = 200_000;

/** Counts as the provider's tokenizers do. An encoding is loaded when first needed. */
export class TokenCounter {
  readonly #tokenizer: Tokenizer;
  readonly #kept = new Map<string, number>();
  static readonly #loaded = new Map<Encoding, Promise<TokenCounter>>();

  private constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  static load(encoding: Encoding): Promise<TokenCounter> {
    let loading = TokenCounter.#loaded.get(encoding);
    if (loading === undefined) {
      loading = importTokenizer(encoding).then((tokenizer) => new TokenCounter(tokenizer));
      TokenCounter.#loaded.set(encoding, loading);
    }
    return loading;
  }

  /** Counts piece by piece, see `beginsPiece`; counts are cached. */
  count(text: string): number {
    let tokens = 0;
    let start = 0;
    let before = text.charCodeAt(0);
    let code = text.charCodeAt(1);
    for (let index = 1; index < text.length; index += 1) {
      const after = text.charCodeAt(index + 1);
      if (beginsPiece(before, code, after)) {
        tokens += this.#countPiece(text.slice(start, index));
        start = index;
      }
      before = code;
      code = after;
    }
    return tokens + this.#countPiece(text.slice(start));
  }

  /** The text up to that many tokens. */
  truncate(text: string, maxTokens: number): string {
    return this.#tokenizer.decode(this.#tokenizer.encode(text, plain).slice(0, maxTokens));
  }

  decode(tokens: readonly number[]): string {
    return this.#tokenizer.decode(tokens);
  }

  #countPiece(piece: string): number {
    if (piece.length > longRunCharacters && longRun.test(piece)) {
      return (piece.match(cutPieces) ?? []).reduce((sum, part) => sum + this.#tokenizer.countTokens(part, plain), 0);
    }
    const known = this.#kept.get(piece);
    if (known !== undefined) return known;
    const tokens = this.#tokenizer.countTokens(piece, plain);
    if (this.#kept.size >= maxPiecesKept) this.#kept.clear();
    if (piece.length <= keptPieceCharacters) this.#kept.set(ownCopy(piece), tokens);
    return tokens;
  }
}

/**
 * Whether no token spans this and the previous character: a single space between two words begins a token,
 * and so does what follows a line break, except for the slash that one encoding joins to it.
 */
function beginsPiece(before: number, code: number, after: number): boolean {
  if (code === 0x20) return !isSpace(before) && !isSpace(after);
  return before === 0x0a && !isSpace(code) && code !== 0x2f;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0 || code >= 0x1680;
}

function importTokenizer(encoding: Encoding): Promise<Tokenizer> {
  return encoding === 'cl100k_base'
    ? import('gpt-tokenizer/encoding/cl100k_base')
    : import('gpt-tokenizer/encoding/o200k_base');
}
