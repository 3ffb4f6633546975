import { seededRandom } from '@batchmill/testing';

export interface Paragraph extends Record<string, unknown> {
  readonly _id: string;
  readonly page: string;
  readonly text: string;
}

/** Shares of 1. The rest are paragraphs of their own. */
export interface Repetition {
  /** Paragraphs that are the same, word by word, on many pages: notices, licences, navigation. */
  readonly boilerplate: number;
  /** Paragraphs of a template: the same words around other names and numbers. No two of them are the same. */
  readonly templates: number;
}

const paragraphsPerPage = 8;
const boilerplateTexts = 40;
const templateTexts = 12;
const words = 'water mill wheel river grain stone bridge harvest market ledger weight price season storm repair'.split(
  ' ',
);

/** A corpus with repetition. The same seed gives the same corpus. */
export class RepeatingCorpus {
  readonly #random: () => number;
  readonly #boilerplate: readonly string[];
  readonly #templates: readonly string[];
  #written = 0;

  readonly #repetition: Repetition;

  constructor(seed: number, repetition: Repetition) {
    this.#repetition = repetition;
    this.#random = seededRandom(seed);
    this.#boilerplate = Array.from({ length: boilerplateTexts }, () => this.#prose(60));
    this.#templates = Array.from({ length: templateTexts }, () => this.#prose(50));
  }

  /** So many further paragraphs. */
  next(count: number): Paragraph[] {
    return Array.from({ length: count }, () => {
      const number = this.#written++;
      const id = `p${String(number).padStart(7, '0')}`;
      return { _id: id, page: `page${Math.floor(number / paragraphsPerPage)}`, text: this.#text(number) };
    });
  }

  /** Some of these paragraphs with a changed text, about the share of them. */
  edited(paragraphs: readonly Paragraph[], share: number): Paragraph[] {
    return paragraphs
      .filter(() => this.#random() < share)
      .map((paragraph) => ({ ...paragraph, text: `${paragraph.text} ${this.#prose(8)}` }));
  }

  #text(number: number): string {
    const { boilerplate, templates } = this.#repetition;
    const at = this.#random();
    // Squared, so that a few texts are on most pages.
    if (at < boilerplate) return this.#boilerplate[Math.floor(this.#random() ** 2 * boilerplateTexts)] ?? '';
    if (at < boilerplate + templates) {
      const template = this.#templates[Math.floor(this.#random() * templateTexts)] ?? '';
      return `Item ${number}: ${template} The count is ${Math.floor(this.#random() * 1e6)}.`;
    }
    return `Paragraph ${number}. ${this.#prose(80)}`;
  }

  #prose(length: number): string {
    return Array.from({ length }, () => words[Math.floor(this.#random() * words.length)] ?? '').join(' ');
  }
}
