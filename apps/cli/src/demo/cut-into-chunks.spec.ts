import { describe, expect, it } from '@jest/globals';
import { cutIntoChunks } from './cut-into-chunks.js';

const words = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;

describe('cutting a document into chunks', () => {
  it('keeps paragraphs together up to the size, under their heading', () => {
    const chunks = cutIntoChunks('# Mill\n\none two\n\nthree four\n\nfive six seven eight', 8, words);

    expect(chunks).toEqual(['# Mill\n\none two\n\nthree four', '# Mill\n\nfive six seven eight']);
  });

  it('begins a new chunk at a heading once the chunk is half full, and not before', () => {
    expect(cutIntoChunks('# A\na b c\n# B\nb', 8, words)).toEqual(['# A\n\na b c', '# B\n\nb']);
    expect(cutIntoChunks('# A\na\n# B\nb', 100, words)).toEqual(['# A\n\na\n\n# B\n\nb']);
  });

  it('cuts a paragraph that is too long', () => {
    const chunks = cutIntoChunks(Array.from({ length: 100 }, (_, index) => `word${index}`).join(' '), 20, words);

    expect(chunks.every((chunk) => words(chunk) <= 20)).toBe(true);
    expect(chunks.join(' ').match(/word\d+/g)).toHaveLength(100);
  });

  it('keeps a fenced block whole, and takes no comment in it for a heading', () => {
    const text = '# Use\n\n```sh\n# install\n\nnpm ci\n```';

    expect(cutIntoChunks(text, 100, words)).toEqual([text]);
  });

  it('makes no chunk of a text without paragraphs', () => {
    expect(cutIntoChunks('\n\n# Empty\n', 10, words)).toEqual([]);
  });
});
