import { describe, expect, it } from '@jest/globals';
import * as cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import * as o200k from 'gpt-tokenizer/encoding/o200k_base';
import { readFile } from 'node:fs/promises';
import { TokenCounter } from './token-counter.js';

describe('TokenCounter', () => {
  it.each([
    ['cl100k_base', cl100k],
    ['o200k_base', o200k],
  ] as const)('counts with %s piece by piece what the tokenizer counts as a whole', async (encoding, { encode }) => {
    const counter = await TokenCounter.load(encoding);
    const texts = [
      await readFile(import.meta.filename, 'utf8'),
      '  two  spaces,\n\tindented\r\n\r\nand  lines \n',
      'ended;\n/slashed\n\n// twice\n-\n/',
      "don't 12345 über 東京の 🚀 end ",
      'a b',
      ' ',
      '',
      'x\u00a0y z',
      'one <|endoftext|> two',
    ];

    expect(texts.map((text) => counter.count(text))).toEqual(
      texts.map((text) => encode(text, { disallowedSpecial: new Set() }).length),
    );
  });

  it('an endless word is counted', async () => {
    const counter = await TokenCounter.load('cl100k_base');

    expect(counter.count('a'.repeat(400_000))).toBeGreaterThan(10_000);
  });

  it('cuts a text after a number of tokens', async () => {
    const counter = await TokenCounter.load('o200k_base');

    expect(counter.count(counter.truncate('one two three four five', 3))).toBe(3);
  });
});
