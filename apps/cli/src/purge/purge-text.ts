import { formatBytes, formatCount, formatQuantity } from '../show/format.js';
import { table, type Column } from '../show/table.js';
import type { Deleted } from './purge-tally.js';
import type { NeededRun } from './purge-runs.js';

const columns: readonly Column[] = [
  { title: 'KIND' },
  { title: 'COUNT', right: true },
  { title: 'BYTES', right: true },
];

/** What was deleted, for people. */
export function deletedText(deleted: readonly Deleted[], isDryRun: boolean, maxColumns: number): string {
  if (deleted.length === 0) return isDryRun ? 'nothing would be deleted\n' : 'nothing was there to delete\n';
  const rows = deleted.map(({ kind, count, bytes }) => [
    kind,
    formatCount(count),
    bytes === null ? '' : formatBytes(bytes),
  ]);
  return `${isDryRun ? 'nothing is deleted; this would be:\n' : ''}${table(columns, rows, maxColumns)}`;
}

const shownRuns = 5;

/** The runs that still need their texts or records, for people. */
export function neededText(needed: readonly NeededRun[]): string {
  const lines = needed.slice(0, shownRuns).map(({ runId, why }) => `run ${runId} was left: ${why}\n`);
  const more = needed.length - shownRuns;
  return `${lines.join('')}${more > 0 ? `and ${formatQuantity(more, 'further run')}\n` : ''}`;
}

/** What the provider keeps is not ours to delete here. */
export const providerText =
  'the provider has copies of its own: files of a batch go when it is ingested, what is left with `batchmill files clean`, ' +
  'and OpenAI deletes it after 30 days; what it keeps beyond that, such as logs against abuse, is in its terms';
