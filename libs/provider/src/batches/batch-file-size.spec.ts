import { seededRandom } from '@batchmill/testing';
import { describe, expect, it } from '@jest/globals';
import { openai } from '../profiles/openai.js';
import { addSize, emptyBatchFile, fitsBatchFile, type BatchFileLimits, type BatchFileSize } from './batch-file-size.js';

/** Adds each document to the current file, or to a new one when it does not fit. */
function split(documents: readonly BatchFileSize[], limits: BatchFileLimits): BatchFileSize[] {
  const files: BatchFileSize[] = [];
  let current = emptyBatchFile;
  for (const document of documents) {
    if (!fitsBatchFile(current, document, limits)) {
      files.push(current);
      current = emptyBatchFile;
    }
    current = addSize(current, document);
  }
  return [...files, current];
}

const one: BatchFileSize = { documents: 1, requests: 1, bytes: 2300, inputs: 1, tokens: 500 };
const unlimited: BatchFileLimits = { ...openai.limits, maxDocuments: Infinity, maxTokens: null };

describe('fitsBatchFile', () => {
  it('R4: 50,000 requests fit into one file, 50,001 need two', () => {
    expect(split(Array<BatchFileSize>(50_000).fill(one), unlimited)).toHaveLength(1);
    expect(split(Array<BatchFileSize>(50_001).fill(one), unlimited).map(({ requests }) => requests)).toEqual([
      50_000, 1,
    ]);
  });

  it('R4: a file has at most 209,715,200 bytes', () => {
    const large = { ...one, bytes: 104_857_600 };

    expect(split([large, large], unlimited)).toHaveLength(1);
    expect(split([large, { ...large, bytes: large.bytes + 1 }], unlimited)).toHaveLength(2);
  });

  it('batchSize counts documents, however many requests each has', () => {
    const document = { ...one, requests: 3 };

    const files = split(Array<BatchFileSize>(250).fill(document), { ...unlimited, maxDocuments: 100 });

    expect(files.map(({ documents, requests }) => [documents, requests])).toEqual([
      [100, 300],
      [100, 300],
      [50, 150],
    ]);
  });

  it('M5: a known limit of tokens splits files, an unknown one does not', () => {
    expect(split([one, one, one], { ...unlimited, maxTokens: 1000 })).toHaveLength(2);
    expect(split([one, one, one], unlimited)).toHaveLength(1);
  });

  it('no file exceeds a limit or is split too early, and no document is lost, for random documents', () => {
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

      expect(files.reduce(addSize)).toEqual(documents.reduce(addSize));
      let position = 0;
      for (const file of files) {
        expect(fitsBatchFile(emptyBatchFile, file, limits)).toBe(true);
        position += file.documents;
        const next = documents[position];
        if (next !== undefined) expect(fitsBatchFile(file, next, limits)).toBe(false);
      }
    }
  });
});
