import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLines } from './read-lines.js';
import type { Line } from './read-lines.js';

async function linesOf(content: string, offset = 0): Promise<Line[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lines-'));
  try {
    const path = join(folder, 'file');
    await writeFile(path, content);
    return await Array.fromAsync(readLines(path, offset));
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('readLines', () => {
  it('a line that spans several blocks is complete, and multi-byte characters stay whole', async () => {
    const long = 'ü'.repeat(400_000);

    const lines = await linesOf(`first\n${long}\n\nlast`);

    expect(lines.map(({ text }) => text)).toEqual(['first', long, '', 'last']);
    expect(lines.map(({ end }) => end)).toEqual([6, 800_007, 800_008, 800_012]);
  });

  it('each end is where the next read continues', async () => {
    const content = 'one\ntwo\nthree\n';
    const [first] = await linesOf(content);

    expect((await linesOf(content, first!.end)).map(({ text }) => text)).toEqual(['two', 'three']);
  });

  it('an empty file has no lines', async () => {
    expect(await linesOf('')).toEqual([]);
  });
});
