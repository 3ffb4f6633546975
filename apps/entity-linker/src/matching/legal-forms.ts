/** What a company's name may end in, and by which of its spellings two are compared. */
const legalForms: Readonly<Record<string, string>> = {
  ...{ inc: 'inc', incorporated: 'inc', corp: 'corp', corporation: 'corp', co: 'co', company: 'co' },
  ...{ ltd: 'ltd', limited: 'ltd', plc: 'plc', llc: 'llc', llp: 'llp', lp: 'lp', pty: 'pty' },
  ...{ ag: 'ag', aktiengesellschaft: 'ag', gmbh: 'gmbh', kg: 'kg', kgaa: 'kgaa', se: 'se', ev: 'ev' },
  ...{ sa: 'sa', sas: 'sas', sarl: 'sarl', srl: 'srl', spa: 'spa', nv: 'nv', bv: 'bv' },
  ...{ ab: 'ab', asa: 'asa', as: 'as', aps: 'aps', oy: 'oy', oyj: 'oyj' },
};

export interface WithoutForm {
  readonly words: readonly string[];
  /** `co ltd`; null when the name says none. */
  readonly form: string | null;
}

/** Takes the legal form off the end of a name in comparable words; something of the name always stays. */
export function withoutLegalForm(words: readonly string[]): WithoutForm {
  const rest = [...words];
  const forms: string[] = [];
  for (;;) {
    const last = rest.at(-1);
    const form = last === undefined || rest.length === 1 ? undefined : legalForms[last];
    if (form === undefined) break;
    rest.pop();
    forms.unshift(form);
    // Merck & Co
    if (rest.length > 1 && rest.at(-1) === 'and') rest.pop();
  }
  return { words: rest, form: forms.length === 0 ? null : forms.join(' ') };
}
