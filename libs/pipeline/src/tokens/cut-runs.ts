/** Longest stretch without a change between space and other characters that is counted in one piece. */
const maxRun = 500;

/**
 * Cuts a text where it runs on without a space, or in nothing but spaces: counting is quadratic in the length of such a
 * run. Each cut may add a token. Never cuts between the halves of a surrogate pair.
 */
export function cutRuns(text: string): readonly string[] {
  if (text.length <= maxRun) return [text];
  const cuts: number[] = [];
  let wasSpace = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isSpace = code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0 || code === 0x3000;
    if (isSpace !== wasSpace) {
      wasSpace = isSpace;
      from = at;
    } else if (at - from >= maxRun && !isLowSurrogate(code)) {
      cuts.push(at);
      from = at;
    }
  }
  if (cuts.length === 0) return [text];
  return [0, ...cuts].map((start, index) => text.slice(start, cuts[index]));
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
