/** A number in [0, 1) that depends only on its arguments, so that a seed replays a whole run. */
export function seededUnit(seed: number, ...parts: readonly (string | number)[]): number {
  return hash32(`${seed}:${parts.join('\u0000')}`) / 4_294_967_296;
}

/** FNV-1a with murmur's finalizer: quick, and even in all bits. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Shuffles the items in place; the seed decides the order. */
export function shuffle<Item>(items: Item[], seed: number, ...parts: readonly (string | number)[]): Item[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(seededUnit(seed, ...parts, last) * (last + 1));
    const held = items[last] as Item; // both indexes are below the length
    items[last] = items[other] as Item;
    items[other] = held;
  }
  return items;
}

/** Hex digits that depend only on their source: ids of answers. */
export function seededHex(source: string, digits: number): string {
  let hex = '';
  for (let part = 0; hex.length < digits; part += 1) {
    hex += hash32(`${part}:${source}`).toString(16).padStart(8, '0');
  }
  return hex.slice(0, digits);
}
