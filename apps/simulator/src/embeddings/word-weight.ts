const common = new Set(
  `a about above after all also an and any are as at be because been before being both but by can could did do does each
  etc even every few for from further get given had has have having he her here him his how i if in into is it its itself
  just like made make many may me might more most much must my no nor not now of off on once one only or other our out over
  own per same see set she should since so some such than that the their them then there these they this those through to
  too two under until up upon us use used user using very via was way we were what when where whether which while who whom
  why will with within without would you your`.split(/\s+/),
);

/** How much a word says about its text: almost nothing for common words, more for long words and words with digits. */
export function wordWeight(word: string): number {
  if (common.has(word)) return 0.05;
  if (/\d/.test(word)) return word.length > 2 ? 1.3 : 0.4;
  if (word.length <= 2) return 0.3;
  return Math.min(1.6, 0.5 + word.length * 0.12);
}
