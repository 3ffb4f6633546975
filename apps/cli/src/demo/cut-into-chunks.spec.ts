import { describe, expect, it } from '@jest/globals';
import { cutIntoChunks } from './cut-into-chunks.js';

const words = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;

describe('cutting a document into chunks', () => {
  it('keeps paragraphs together up to the size, under their heading', () => {
    const chunks = cutIntoChunks('# Mill\n\none two\n\nthree four\n\nfive six seven eight', 8, words);

    expect(chunks).toEqual(['# Mill\n\none two\n\nthree four', '# Mill\n\nfive six seven eight']);
  });

  it('begins anew with a heading once it is half full, and goes on under it before', () => {
    expect(cutIntoChunks('# A\na b c\n# B\nb', 8, words)).toEqual(['# A\n\na b c', '# B\n\nb']);
    expect(cutIntoChunks('# A\na\n# B\nb', 100, words)).toEqual(['# A\n\na\n\n# B\n\nb']);
  });

  it('cuts what no paragraph bounds', () => {
    const chunks = cutIntoChunks(Array.from({ length: 100 }, (_, index) => `word${index}`).join(' '), 20, words);

    expect(chunks.every((chunk) => words(chunk) <= 20)).toBe(true);
    expect(chunks.join(' ').match(/word\d+/g)).toHaveLength(100);
  });

  it('takes a fenced block as one, and no comment in it as a heading', () => {
    const text = '# Use\n\n```sh\n# install\n\nnpm ci\n```';

    expect(cutIntoChunks(text, 100, words)).toEqual([text]);
  });

  it('makes nothing of nothing', () => {
    expect(cutIntoChunks('\n\n# Empty\n', 10, words)).toEqual([]);
  });
});
