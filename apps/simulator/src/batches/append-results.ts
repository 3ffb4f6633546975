import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Writes after the committed bytes, and overwrites what a killed simulator may have left beyond them. Returns how many
 * bytes are committed once the caller has stored that number.
 */
export async function appendResults(path: string, countingBytes: number, text: string): Promise<number> {
  if (text === '') return countingBytes;
  const bytes = Buffer.from(text, 'utf8');
  const file = await open(path, constants.O_RDWR | constants.O_CREAT);
  try {
    const { size } = await file.stat();
    if (size > countingBytes) await file.truncate(countingBytes);
    for (let written = 0; written < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, written, bytes.length - written, countingBytes + written);
      written += bytesWritten;
    }
  } finally {
    await file.close();
  }
  return countingBytes + bytes.length;
}
