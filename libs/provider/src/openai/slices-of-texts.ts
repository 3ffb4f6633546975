/** One embeddings request takes no more than 2,048 inputs and 300,000 tokens; a text has no more tokens than bytes. */
const limits = { maxTexts: 2_048, maxBytes: 300_000 };

/** In order; no slice is empty. */
export function slicesOfTexts(texts: readonly string[], { maxTexts, maxBytes } = limits): string[][] {
  const slices: string[][] = [];
  let bytes = 0;
  for (const text of texts) {
    const more = Buffer.byteLength(text);
    const slice = slices.at(-1);
    if (slice === undefined || slice.length === maxTexts || bytes + more > maxBytes) {
      slices.push([text]);
      bytes = more;
    } else {
      slice.push(text);
      bytes += more;
    }
  }
  return slices;
}
