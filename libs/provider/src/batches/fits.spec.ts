import { seededRandom } from '@batchmill/testing';
import { describe, expect, it } from '@jest/globals';
import { providerLimits } from '../dialects/openai/batches/provider-limits.js';
import { addTo } from './add-to.js';
import { emptyFilling, type Filling, type FillingLimits } from './filling.js';
import { fits } from './fits.js';

/** Puts each document into the file that is open, or into a new one when it does not fit. */
function split(documents: readonly Filling[], limits: FillingLimits): Filling[] {
  const files: Filling[] = [];
  let open = emptyFilling;
  for (const document of documents) {
    if (!fits(open, document, limits)) {
      files.push(open);
      open = emptyFilling;
    }
    open = addTo(open, document);
  }
  return [...files, open];
}

const one: Filling = { documents: 1, requests: 1, bytes: 2300, inputs: 1, tokens: 500 };
const unlimited: FillingLimits = { ...providerLimits, maxDocuments: Infinity, maxTokens: null };

describe('fits', () => {
  it('R4: 50,000 requests are exactly one file, one more are two', () => {
    expect(split(Array<Filling>(50_000).fill(one), unlimited)).toHaveLength(1);
    expect(split(Array<Filling>(50_001).fill(one), unlimited).map(({ requests }) => requests)).toEqual([50_000, 1]);
  });

  it('R4: a file has at most 209,715,200 bytes', () => {
    const large = { ...one, bytes: 104_857_600 };

    expect(split([large, large], unlimited)).toHaveLength(1);
    expect(split([large, { ...large, bytes: large.bytes + 1 }], unlimited)).toHaveLength(2);
  });

  it('batchSize counts documents, however many requests each has', () => {
    const document = { ...one, requests: 3 };

    const files = split(Array<Filling>(250).fill(document), { ...unlimited, maxDocuments: 100 });

    expect(files.map(({ documents, requests }) => [documents, requests])).toEqual([
      [100, 300],
      [100, 300],
      [50, 150],
    ]);
  });

  it('M5: a learned limit of tokens splits, an unknown one does not', () => {
    expect(split([one, one, one], { ...unlimited, maxTokens: 1000 })).toHaveLength(2);
    expect(split([one, one, one], unlimited)).toHaveLength(1);
  });

  it('no file passes a limit, none is split too early, nothing is lost, whatever the documents', () => {
    const random = seededRandom(3);
    const limits = { maxDocuments: 20, maxRequests: 50, maxFileBytes: 10_000, maxInputs: 40, maxTokens: 5000 };
    for (let round = 0; round < 200; round++) {
      const documents = Array.from({ length: 100 }, () => ({
        documents: 1,
        requests: 1 + Math.floor(random() * 5),
        bytes: 1 + Math.floor(random() * 2000),
        inputs: Math.floor(random() * 4),
        tokens: Math.floor(random() * 900),
      }));

      const files = split(documents, limits);

      expect(files.reduce(addTo)).toEqual(documents.reduce(addTo));
      let position = 0;
      for (const file of files) {
        expect(fits(emptyFilling, file, limits)).toBe(true);
        position += file.documents;
        const next = documents[position];
        if (next !== undefined) expect(fits(file, next, limits)).toBe(false);
      }
    }
  });
});
