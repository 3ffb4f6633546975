const endings = ['ingly', 'edly', 'ings', 'ies', 'ing', 'ied', 'ely', 'ed', 'es', 'ly', 's', 'e', 'y'];

/** Crude on purpose: only that the forms of an English word mostly meet. Short words and those with digits stay. */
export function wordStem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  for (const ending of endings) {
    if (word.endsWith(ending) && word.length - ending.length >= 3) return word.slice(0, -ending.length);
  }
  return word;
}
