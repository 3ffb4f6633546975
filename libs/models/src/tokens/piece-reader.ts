/** Counting takes quadratic time in the length of a run without a space, so long runs are counted in parts. */
const maxPieceLength = 500;
const slots = 1 << 18;

/**
 * Reads a text piece by piece and counts the tokens of each. A piece ends before a space that follows another character:
 * both encodings always split there (`pat_str` in https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py),
 * so the counts of the pieces add up to the count of the text. Each cut of a long run may add one token.
 *
 * Counts are cached under a hash of 63 bits that is computed while reading, because words repeat: this counts 300 MB/s, the
 * tokenizer alone 15. A hash collision makes a count slightly wrong, which is acceptable.
 */
export class PieceReader {
  /** The index at which the last piece ends. */
  end = 0;
  private readonly high = new Int32Array(slots);
  /** Odd when the slot is used. */
  private readonly low = new Int32Array(slots);
  private readonly counts = new Uint16Array(slots);
  private used = 0;

  /** `count` returns the tokens of a text of at most 501 characters. */
  constructor(private readonly count: (piece: string) => number) {}

  /** Returns the tokens of the piece that begins at `from`, which must be an index of the text. */
  read(text: string, from: number): number {
    const limit = Math.min(text.length, from + maxPieceLength);
    let previous = text.charCodeAt(from);
    let high = Math.imul(previous ^ 0x811c9dc5, 0x01000193);
    let low = previous;
    let at = from + 1;
    for (; at < limit; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x20 && !isSpace(previous)) break;
      high = Math.imul(high ^ code, 0x01000193);
      low = (Math.imul(low, 0x5bd1e995) + code) | 0;
      previous = code;
    }
    this.end = at;
    if (at < text.length && isLowSurrogate(text.charCodeAt(at))) {
      this.end = at + 1;
      return this.count(text.slice(from, this.end));
    }
    return this.cached(high, (low ^ (low >>> 15)) | 1, text, from);
  }

  private cached(high: number, low: number, text: string, from: number): number {
    let slot = (high ^ (high >>> 15) ^ low) & (slots - 1);
    for (let kept = this.low[slot]; kept !== 0; kept = this.low[slot]) {
      if (kept === low && this.high[slot] === high) return this.counts[slot] ?? 0;
      slot = (slot + 1) & (slots - 1);
    }
    const tokens = this.count(text.slice(from, this.end));
    if (this.used >= slots / 2) {
      this.low.fill(0);
      this.used = 0;
    }
    this.high[slot] = high;
    this.low[slot] = low;
    this.counts[slot] = tokens;
    this.used++;
    return tokens;
  }
}

function isSpace(code: number): boolean {
  return code <= 0x20 || code === 0xa0 || (code >= 0x1680 && /\s/.test(String.fromCharCode(code)));
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
