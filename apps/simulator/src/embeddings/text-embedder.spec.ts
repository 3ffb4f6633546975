import { describe, expect, it } from '@jest/globals';
import { TextEmbedder } from './text-embedder.js';
import { writeVector } from './write-vector.js';

const subjects = 'river mountain violin compiler glacier bakery orchard submarine telescope cathedral'.split(' ');
const deeds = 'dissolves inherits whispers measures polishes translates borrows collapses ferments navigates'.split(
  ' ',
);
const places = 'Antwerp Bergen'.split(' ');

/** 200 texts, each with a word for its subject, its deed and its place, among words that all of them share. */
const texts = subjects.flatMap((subject) =>
  deeds.flatMap((deed) =>
    places.map(
      (place) => `In the city of ${place} there is a ${subject} that often ${deed} what the people have made.`,
    ),
  ),
);

function cosine(left: Int32Array, right: Int32Array): number {
  return left.reduce((sum, value, index) => sum + value * right[index]!, 0) / 1e12;
}

describe('TextEmbedder', () => {
  it('a query finds its text among 200 by shared rare words', () => {
    const embedder = new TextEmbedder();
    const vectors = texts.map((text) => embedder.embed(text, 1536));

    const found = texts.map((_, index) => {
      const words = [
        subjects[Math.floor(index / 20)],
        deeds[Math.floor(index / 2) % 10]?.replace(/s$/, ''),
        places[index % 2],
      ];
      const query = embedder.embed(`Which ${words.join(' could ')}?`, 1536);
      const scores = vectors.map((vector) => cosine(query, vector));
      return scores.indexOf(Math.max(...scores));
    });

    expect(found).toEqual(texts.map((_, index) => index));
  });

  it('a text has length one and always the same vector, whatever was embedded before', () => {
    const fresh = new TextEmbedder().embed(texts[7]!, 1536);
    const used = new TextEmbedder();
    texts.forEach((text) => used.embed(text, 256));

    expect(used.embed(texts[7]!, 1536)).toEqual(fresh);
    expect(cosine(fresh, fresh)).toBeCloseTo(1, 3);
  });

  it('capitals, plurals and repeated common words hardly change a text’s vector', () => {
    const embedder = new TextEmbedder();

    const one = embedder.embed('The Violins of Antwerp', 512);
    const other = embedder.embed('a violin in antwerp, and it is the one', 512);

    expect(cosine(one, other)).toBeGreaterThan(0.9);
  });

  it('texts without a Latin word still differ', () => {
    const embedder = new TextEmbedder();
    const [first, second, marks] = ['東京の天気', '大阪の電車', '!?'].map((text) => embedder.embed(text, 256));

    expect(cosine(first!, second!)).toBeLessThan(0.9);
    expect(cosine(marks!, marks!)).toBeCloseTo(1, 3);
  });

  it('the decimal and the binary form are equal', () => {
    const vector = new TextEmbedder().embed(texts[0]!, 64);
    const decimals = JSON.parse(writeVector(vector, 'float')) as number[];
    const bytes = Buffer.from(JSON.parse(writeVector(vector, 'base64')) as string, 'base64');

    const floats = decimals.map((_, index) => bytes.readFloatLE(index * 4));

    expect(floats).toEqual(decimals.map(Math.fround));
    expect(decimals).toHaveLength(64);
  });

  it('whole components are written as whole numbers', () => {
    expect(writeVector(Int32Array.of(1_000_000, -1_000_000, 0, -5), 'float')).toBe(
      '[1.000000,-1.000000,0.000000,-0.000005]',
    );
  });
});
