import { seededHex } from '../random/seeded-random.js';
import type { Simulation } from '../simulation.js';
import { appendResults } from './append-results.js';
import type { Batch } from './batch.js';
import { readCustomId } from './batch-request.js';
import { Pace } from './pace.js';
import { readLines } from './read-lines.js';
import { resultLine } from './result-line.js';

const maxSliceLines = 5_000;

const messages = {
  batch_expired: 'This request could not be executed before the completion window expired.',
  batch_cancelled: 'This request could not be executed because the batch was cancelled.',
};

/** Writes the next unprocessed lines into the error file. False when there are none left. */
export async function writeUnfinished(
  batch: Batch,
  code: keyof typeof messages,
  { files, batches }: Simulation,
): Promise<boolean> {
  const { progress } = batch;
  const pace = new Pace();
  let text = '';
  let lines = 0;
  let end = progress.inputOffset;
  for await (const line of readLines(files.pathOf(batch.inputFileId), progress.inputOffset)) {
    end = line.end;
    lines += 1;
    if (line.text.trim() !== '') {
      const id = seededHex(`${batch.seq}:${end}`, 32);
      text += resultLine.withoutResponse(readCustomId(line.text), id, code, messages[code]);
    }
    await pace.keep();
    if (lines >= maxSliceLines) break;
  }
  if (lines === 0) return false;
  progress.errorBytes = await appendResults(files.pathOf(batch.errorFileId), progress.errorBytes, text);
  progress.inputOffset = end;
  batches.save(batch);
  return true;
}
