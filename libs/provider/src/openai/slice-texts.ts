/** A request for embeddings takes at most 2,048 texts and 300,000 tokens. A text has at most as many tokens as bytes. */
const limits = { maxTexts: 2_048, maxBytes: 300_000 };

/** Splits texts into one slice per request, in order. No slice is empty. */
export function sliceTexts(texts: readonly string[], { maxTexts, maxBytes } = limits): string[][] {
  const slices: string[][] = [];
  let bytes = 0;
  for (const text of texts) {
    const added = Buffer.byteLength(text);
    const slice = slices.at(-1);
    if (slice === undefined || slice.length === maxTexts || bytes + added > maxBytes) {
      slices.push([text]);
      bytes = added;
    } else {
      slice.push(text);
      bytes += added;
    }
  }
  return slices;
}
