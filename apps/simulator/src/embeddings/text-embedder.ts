import { hash32 } from '../random/seeded-random.js';
import { ownCopy } from '../tokens/own-copy.js';
import { wordStem } from './word-stem.js';
import { wordWeight } from './word-weight.js';

const positionsPerWord = 12;
const maxWordsKept = 200_000;
/** Components are whole millionths, so that the decimal and the binary form of a vector are equal. */
const parts = 1_000_000;

/**
 * Turns a text into a vector of length one. Each word, lower-cased and crudely stemmed, adds its weight with a sign at
 * a few positions given by its hash, so texts that share rare words are near. Deterministic.
 */
export class TextEmbedder {
  readonly #ids = new Map<string, number>();
  readonly #hashes: number[] = [];
  readonly #weights: number[] = [];
  readonly #counts: number[] = [];

  /** Components in millionths. */
  embed(text: string, dimensions: number): Int32Array {
    const sums = new Float64Array(dimensions);
    const met = this.#count(text);
    for (const id of met) {
      const weight = (this.#weights[id] ?? 0) * (1 + Math.log(this.#counts[id] ?? 1));
      this.#counts[id] = 0;
      let state = this.#hashes[id] ?? 1;
      for (let position = 0; position < positionsPerWord; position += 1) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        const place = Math.floor(((state >>> 1) / 2_147_483_648) * dimensions);
        const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
        sums[place] = (sums[place] ?? 0) + (mixed & 0x8000 ? weight : -weight);
      }
    }
    return normalised(sums);
  }

  /** The distinct words; the counts hold their frequencies. */
  #count(text: string): number[] {
    if (this.#ids.size > maxWordsKept) this.#forget();
    const lower = text.toLowerCase();
    const met: number[] = [];
    let start = -1;
    for (let index = 0; index <= lower.length; index += 1) {
      const code = index < lower.length ? lower.charCodeAt(index) : 0;
      if (isWordCharacter(code)) {
        if (start < 0) start = index;
        if (code < 0x2e80) continue;
      }
      if (start >= 0) {
        this.#meet(lower.slice(start, Math.max(index, start + 1)), met);
        start = isWordCharacter(code) && index > start ? index : -1;
      }
    }
    if (met.length === 0) this.#meet(lower, met);
    return met;
  }

  #meet(word: string, met: number[]): void {
    let id = this.#ids.get(word);
    if (id === undefined) {
      const stem = wordStem(word);
      id = this.#ids.get(stem);
      if (id === undefined) {
        id = this.#hashes.length;
        this.#hashes.push(hash32(stem));
        this.#weights.push(wordWeight(word));
        this.#counts.push(0);
        this.#ids.set(ownCopy(stem), id);
      }
      this.#ids.set(ownCopy(word), id);
    }
    const count = this.#counts[id] ?? 0;
    if (count === 0) met.push(id);
    this.#counts[id] = count + 1;
  }

  #forget(): void {
    this.#ids.clear();
    this.#hashes.length = 0;
    this.#weights.length = 0;
    this.#counts.length = 0;
  }
}

function isWordCharacter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code >= 0xaa;
}

function normalised(sums: Float64Array): Int32Array {
  let squares = 0;
  for (const sum of sums) squares += sum * sum;
  const scale = squares === 0 ? 0 : parts / Math.sqrt(squares);
  const vector = new Int32Array(sums.length);
  for (let index = 0; index < sums.length; index += 1) vector[index] = Math.round((sums[index] ?? 0) * scale);
  if (squares === 0) vector[0] = parts;
  return vector;
}
