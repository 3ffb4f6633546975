import type { Batch } from '@batchmill/records';
import type { RunReport } from '@batchmill/service';
import type { LedgerReport } from '@batchmill/simulator';
import { compareBooks } from '@batchmill/testing';
import type { FaultCase } from './fault-case.js';
import type { Excuses } from './fault-matrix.js';
import type { Evidence } from './fault-run.js';

type LedgerBatch = LedgerReport['batches'][number];

/** Every provider batch that was billed is in the books: its answers were used, or the run says that they were not. */
export async function problemsOfBooks(
  { engine, ledger }: Evidence,
  batches: readonly Batch[],
  reports: readonly RunReport[],
  { billsUnused }: Excuses,
  { variants }: FaultCase,
): Promise<string[]> {
  const { differences, unknown } = await compareBooks(engine, ledger);
  const problems = [...differences];
  const forgets = variants.some(({ on, what }) => on === 'batch' && what === 'forget');
  const unused = ledger.batches.filter(
    (found) => found.billed > 0 && isUnused(found, batches) && !(forgets && wasNeverShown(found, batches)),
  );
  for (const found of unused.filter(({ id }) => unknown.has(id))) problems.push(...problemsOfUnknown(found, batches));
  const unusedRequests = sum(unused, ({ billed }) => billed);
  const reportedUnused = sum(reports, ({ lost, orphaned }) => lost.requests + orphaned.requests);
  if (unusedRequests > reportedUnused) {
    problems.push(
      `the runs report ${reportedUnused} requests billed for nothing, the provider billed ${unusedRequests}`,
    );
  }
  if (unused.length > 0 && !billsUnused)
    problems.push(`${unused.length} provider batches were billed for nothing, and no fault excuses it`);
  const twice = ledger.twice.filter((one) => !one.batches.some((id) => unused.some((found) => found.id === id)));
  if (twice.length > 0 && !billsUnused) problems.push(`billed twice: ${JSON.stringify(twice)}`);
  return problems;
}

/** No record has used its answers, or the provider has never shown their file. */
function isUnused({ id }: LedgerBatch, batches: readonly Batch[]): boolean {
  const record = batches.find(({ provider }) => provider?.providerBatchId === id);
  return record === undefined || record.reason === 'lost' || record.ingestion.output === null;
}

/** The answer to its create call was lost, and no call finds it: nobody can know of it. */
function wasNeverShown({ id, metadata }: LedgerBatch, batches: readonly Batch[]): boolean {
  const record = batches.find(({ _id }) => _id === metadata?.['batchmill_batch']);
  const { previousAttempts = [], orphans = [] } = record ?? {};
  const isGivenUp = previousAttempts.some(
    (one) => one.providerBatchId === null && one.key === metadata?.['batchmill_key'],
  );
  return isGivenUp && !orphans.some(({ providerBatchId }) => providerBatchId === id);
}

/** A batch that is lost may have been billed. */
function problemsOfUnknown(found: LedgerBatch, batches: readonly Batch[]): string[] {
  const isHeld = batches.some(({ provider }) => provider?.providerBatchId === found.id);
  const isLost = batches.some(({ _id, reason }) => reason === 'lost' && _id === found.metadata?.['batchmill_batch']);
  return isHeld || isLost ? [] : [`${found.id} was billed ${found.billed} requests, and no record knows of it`];
}

/** The files of a run are deleted at the provider. */
export function problemsOfFiles({ ledger }: Evidence, { leavesFiles }: Excuses): string[] {
  const left = ledger.files.filter(({ purpose }) => purpose === 'batch' || !leavesFiles);
  return left.map(({ id, purpose, filename }) => `file ${id} (${purpose}, ${filename}) is left at the provider`);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
