import { ownCopy } from './own-copy.js';

type Encoding = 'cl100k_base' | 'o200k_base';

interface Tokenizer {
  encode(text: string, options: { disallowedSpecial: Set<string> }): number[];
  countTokens(text: string, options: { disallowedSpecial: Set<string> }): number;
  decode(tokens: Iterable<number>): string;
}

/** `<|endoftext|>` in a user's text is text. */
const plain = { disallowedSpecial: new Set<string>() };

/** The tokenizer is quadratic in the length of an unbroken run, so longer runs are cut. Each cut may add a token. */
const longestPiece = 500;

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

  /** Counts piece by piece: both encodings split before a space that follows another character. The counts of pieces are cached. */
  count(text: string): number {
    let tokens = 0;
    for (let start = 0; start < text.length;) {
      const end = endOfPiece(text, start);
      tokens += this.#countPiece(text.slice(start, end));
      start = end;
    }
    return tokens;
  }

  /** The text up to that many tokens. */
  truncate(text: string, maxTokens: number): string {
    return this.#tokenizer.decode(this.#tokenizer.encode(text, plain).slice(0, maxTokens));
  }

  decode(tokens: readonly number[]): string {
    return this.#tokenizer.decode(tokens);
  }

  #countPiece(piece: string): number {
    const known = this.#kept.get(piece);
    if (known !== undefined) return known;
    const tokens = this.#tokenizer.countTokens(piece, plain);
    if (this.#kept.size >= maxPiecesKept) this.#kept.clear();
    if (piece.length <= keptPieceCharacters) this.#kept.set(ownCopy(piece), tokens);
    return tokens;
  }
}

function endOfPiece(text: string, start: number): number {
  const limit = Math.min(text.length, start + longestPiece);
  let before = text.charCodeAt(start);
  let at = start + 1;
  for (; at < limit; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x20 && !isSpace(before)) break;
    before = code;
  }
  return at < text.length && isLowSurrogate(text.charCodeAt(at)) ? at + 1 : at;
}

function isSpace(code: number): boolean {
  return code <= 0x20 || code === 0xa0 || (code >= 0x1680 && /\s/.test(String.fromCharCode(code)));
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

function importTokenizer(encoding: Encoding): Promise<Tokenizer> {
  return encoding === 'cl100k_base'
    ? import('gpt-tokenizer/encoding/cl100k_base')
    : import('gpt-tokenizer/encoding/o200k_base');
}
