import { shuffle } from '../random/seeded-random.js';
import type { Simulation } from '../simulation.js';
import { inTransaction } from '../storage/database.js';
import { appendResults } from './append-results.js';
import type { Batch } from './batch.js';
import { processLine } from './process-line.js';
import type { LineOutcome } from './process-line.js';
import { Pace } from './pace.js';
import { readLines } from './read-lines.js';

const maxSliceLines = 512;
const maxSliceBytes = 4 * 1024 * 1024;

/**
 * Processes the next lines of a batch. Results are appended first, then progress and billing are stored in one
 * transaction: a kill in between leaves uncommitted bytes, and the same bytes are written again.
 */
export async function processSlice(batch: Batch, maxLines: number, simulation: Simulation): Promise<void> {
  const { files, ledger, batches, faults, options } = simulation;
  const { progress } = batch;
  const outcomes: LineOutcome[] = [];
  const pace = new Pace();
  let end = progress.inputOffset;
  for await (const line of readLines(files.pathOf(batch.inputFileId), progress.inputOffset)) {
    end = line.end;
    if (line.text.trim() !== '') outcomes.push(await processLine(line.text, batch, simulation));
    await pace.keep();
    const full = outcomes.length >= Math.min(maxLines, maxSliceLines) || end - progress.inputOffset >= maxSliceBytes;
    if (full) break;
  }

  // Results are not in the order of the input.
  shuffle(outcomes, options.seed, 'order', batch.seq, progress.done);
  const output = outcomes.map((outcome) => outcome.output).join('');
  const error = outcomes.map((outcome) => outcome.error).join('');
  const outputBytes = await appendResults(files.pathOf(batch.outputFileId), progress.outputBytes, output);
  const errorBytes = await appendResults(files.pathOf(batch.errorFileId), progress.errorBytes, error);

  inTransaction(simulation.database, () => {
    progress.inputOffset = end;
    progress.outputBytes = outputBytes;
    progress.errorBytes = errorBytes;
    progress.done += outcomes.length;
    for (const { completed, billed } of outcomes) {
      if (completed) progress.completed += 1;
      else progress.failed += 1;
      if (billed === null) continue;
      ledger.bill(billed);
      progress.inputTokens += billed.inputTokens;
      progress.cachedTokens = (progress.cachedTokens ?? 0) + (billed.cachedTokens ?? 0);
      progress.outputTokens += billed.outputTokens;
    }
    batches.save(batch);
    faults.save();
  });
}
