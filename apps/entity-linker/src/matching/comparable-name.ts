/** A name in the forms in which names are compared. */
export interface ComparableName {
  /** Lower-case letters without diacritics, digits, one space between words. */
  readonly whole: string;
  /** Its words, without a leading article and without the legal form. */
  readonly words: readonly string[];
  /** `words` without spaces, so that "J.P. Morgan" equals "JPMorgan". */
  readonly core: string;
  /** `co inc`; null when the name has none. */
  readonly legalForm: string | null;
}

/** Letters that Unicode does not decompose into a letter and a diacritic. */
const transliterations: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' },
};

/** Legal forms at the end of company names, and the spelling by which they are compared. */
const legalForms: Readonly<Record<string, string>> = {
  ...{ inc: 'inc', incorporated: 'inc', corp: 'corp', corporation: 'corp', co: 'co', company: 'co' },
  ...{ ltd: 'ltd', limited: 'ltd', plc: 'plc', llc: 'llc', llp: 'llp', lp: 'lp', pty: 'pty' },
  ...{ ag: 'ag', aktiengesellschaft: 'ag', gmbh: 'gmbh', kg: 'kg', kgaa: 'kgaa', se: 'se', ev: 'ev' },
  ...{ sa: 'sa', sas: 'sas', sarl: 'sarl', srl: 'srl', spa: 'spa', nv: 'nv', bv: 'bv' },
  ...{ ab: 'ab', asa: 'asa', as: 'as', aps: 'aps', oy: 'oy', oyj: 'oyj' },
};

/** Removes the differences between spellings of one name: case, diacritics, punctuation, `&`, legal form. */
export function comparableName(name: string): ComparableName {
  const whole = plainText(name);
  const all = whole.split(' ');
  const withoutArticle = all.length > 1 && all[0] === 'the' ? all.slice(1) : all;
  const { words, legalForm } = splitLegalForm(withoutArticle);
  return { whole, words, core: words.join(''), legalForm };
}

function plainText(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[ßæœøłđðþı]/g, (letter) => transliterations[letter] ?? letter)
    .replaceAll(/[&+]/g, ' and ')
    .replaceAll(/[.'’`´/]/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Splits the legal form off the end of a name. At least one word stays. */
function splitLegalForm(all: readonly string[]): Pick<ComparableName, 'words' | 'legalForm'> {
  const words = [...all];
  const forms: string[] = [];
  for (;;) {
    const last = words.at(-1);
    const form = last === undefined || words.length === 1 ? undefined : legalForms[last];
    if (form === undefined) break;
    words.pop();
    forms.unshift(form);
    // Merck & Co
    if (words.length > 1 && words.at(-1) === 'and') words.pop();
  }
  return { words, legalForm: forms.length === 0 ? null : forms.join(' ') };
}
