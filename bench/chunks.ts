export interface Chunk extends Record<string, unknown> {
  readonly _id: string;
  readonly book: string;
  readonly title: string;
  readonly text: string;
}

const textLength = 1_900;
const syllables = 'ba ce di fo gu la me ni po ru sta tre vin wor ing er ly ness able ment'.split(' ');
const words = Array.from({ length: 3_000 }, (_, index) => wordOf(index));

/** Documents of about 2 kB, each with a different text. The same numbers give the same documents. */
export function chunks(from: number, to: number): Chunk[] {
  return Array.from({ length: to - from }, (_, index) => chunk(from + index));
}

function chunk(number: number): Chunk {
  let text = `Chunk ${number}:`;
  for (let state = number * 2_654_435_761 + 12_345; text.length < textLength;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // Squared, so that some words are frequent and most are rare.
    const position = Math.floor((state / 2 ** 32) ** 2 * words.length);
    text += ` ${words[position] ?? ''}`;
  }
  return {
    _id: `chunk-${String(number).padStart(7, '0')}`,
    book: `book-${Math.floor(number / 200)}`,
    title: `Page ${number % 200}`,
    text,
  };
}

function wordOf(index: number): string {
  const { length } = syllables;
  const positions = [index % length, Math.floor(index / length) % length, Math.floor(index / length ** 2)];
  return positions.map((position) => syllables[position] ?? '').join('');
}
