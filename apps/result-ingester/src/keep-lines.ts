import type { Blobs } from '@batchmill/blobs';
import { isBlankLine, parseResultLine } from '@batchmill/provider';
import { readLines } from '@batchmill/records';
import type { Progress } from './progress.js';
import type { SentRequests } from './sent-requests.js';

/**
 * Writes the lines that could not be used into a blob of their own: answers that failed on our side or were not understood, and
 * lines that are no result of the batch. Returns its name; null when there are none. Everything else of the result files is
 * stored elsewhere by now.
 */
export async function keepLines(
  { sent, progress }: { readonly sent: SentRequests; readonly progress: Progress },
  blobs: Blobs,
): Promise<string | null> {
  const { unknown, unusableAnswers = 0 } = progress.state;
  if (unusableAnswers + unknown === 0) return null;
  const { name } = await blobs.write(unusedLines(progress.resultFiles, sent, progress, blobs), '.kept.jsonl');
  return name;
}

async function* unusedLines(
  files: readonly string[],
  sent: SentRequests,
  progress: Progress,
  blobs: Blobs,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const file of files) {
    for await (const { bytes } of readLines(blobs.read(file))) {
      if (isBlankLine(bytes)) continue;
      const result = parseResultLine(bytes);
      const index = result === null ? null : sent.indexOf(result.customId);
      if (index !== null && !progress.unusable.has(index)) continue;
      yield Buffer.concat([bytes, newline]); // a copy, since the line is valid until the next one only
    }
  }
}

const newline = Buffer.from('\n');
