import { withoutLegalForm } from './legal-forms.js';

/** A name in the forms in which names are compared. */
export interface ComparableName {
  /** Small letters without marks, digits, one space between words. */
  readonly whole: string;
  /** Words of the same, without an article before and a legal form behind. */
  readonly words: readonly string[];
  /** Those words in one, so that "J.P. Morgan" is "JPMorgan". */
  readonly core: string;
  /** `co inc`; null when the name says none. */
  readonly legalForm: string | null;
}

/** Letters that are no other letter with a mark, and how they are written without them. */
const spelledOut: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' },
};

/** A name without what spellings of the same name differ in: case, diacritics, punctuation, `&`, legal form. */
export function comparableName(name: string): ComparableName {
  const whole = plainText(name);
  const all = whole.split(' ');
  const named = all.length > 1 && all[0] === 'the' ? all.slice(1) : all;
  const { words, form } = withoutLegalForm(named);
  return { whole, words, core: words.join(''), legalForm: form };
}

function plainText(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[ßæœøłđðþı]/g, (letter) => spelledOut[letter] ?? letter)
    .replaceAll(/[&+]/g, ' and ')
    .replaceAll(/[.'’`´/]/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
