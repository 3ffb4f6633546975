type Encoding = 'cl100k_base' | 'o200k_base';

interface Tokenizer {
  encode(text: string, options: { disallowedSpecial: Set<string> }): number[];
  countTokens(text: string, options: { disallowedSpecial: Set<string> }): number;
  decode(tokens: Iterable<number>): string;
}

/** `<|endoftext|>` in a user's text is text. */
const plain = { disallowedSpecial: new Set<string>() };

/** The tokenizer takes quadratic time on one unbroken run, so that very long ones are cut before they are counted. */
const longRun = /\S{512}|\s{512}/;
const runPieces = /[\s\S]{1,256}/g;

/** Counts as the provider's own tokenizers do. An encoding is loaded when it is first asked for. */
export class TokenCounter {
  readonly #tokenizer: Tokenizer;
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

  count(text: string): number {
    if (!longRun.test(text)) return this.#tokenizer.countTokens(text, plain);
    let tokens = 0;
    for (const piece of text.match(runPieces) ?? []) tokens += this.#tokenizer.countTokens(piece, plain);
    return tokens;
  }

  /** The text up to that many tokens. */
  truncate(text: string, maxTokens: number): string {
    return this.#tokenizer.decode(this.#tokenizer.encode(text, plain).slice(0, maxTokens));
  }

  decode(tokens: readonly number[]): string {
    return this.#tokenizer.decode(tokens);
  }
}

function importTokenizer(encoding: Encoding): Promise<Tokenizer> {
  return encoding === 'cl100k_base'
    ? import('gpt-tokenizer/encoding/cl100k_base')
    : import('gpt-tokenizer/encoding/o200k_base');
}
