// Called a million times per forecast: a lookup in the global object each time would take longer than the rest.
const { imul } = Math;

/** Numbers from 0 to 1, without 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A seed of a text, such as an id (FNV-1a). */
export function seedOf(text: string): number {
  let seed = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) seed = imul(seed ^ text.charCodeAt(index), 0x01000193);
  return seed;
}
