const endings = ['ingly', 'edly', 'ings', 'ies', 'ing', 'ied', 'ely', 'ed', 'es', 'ly', 's', 'e', 'y'];

/** Crude on purpose: the forms of an English word should mostly share a stem. Short words and words with digits are kept. */
export function wordStem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  for (const ending of endings) {
    if (word.endsWith(ending) && word.length - ending.length >= 3) return word.slice(0, -ending.length);
  }
  return word;
}
