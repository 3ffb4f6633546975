import type { Batch } from '@batchmill/records';
import type { RunReport } from '@batchmill/service';
import type { LedgerReport } from '@batchmill/simulator';
import type { FaultCase } from './fault-case.js';
import type { Excuses } from './fault-matrix.js';
import type { Evidence } from './fault-run.js';

type LedgerBatch = LedgerReport['batches'][number];

/** Every provider batch that was billed is in the books: its answers were used, or the run says that they were not. */
export function problemsOfBooks(
  { ledger }: Evidence,
  batches: readonly Batch[],
  reports: readonly RunReport[],
  { billsUnused }: Excuses,
  { variants }: FaultCase,
): string[] {
  const problems: string[] = [];
  const used = { input: 0, output: 0, usd: 0, requests: 0 };
  const unused = new Set<string>();
  const forgets = variants.some(({ on, what }) => on === 'batch' && what === 'forget');
  for (const found of ledger.batches) {
    const record = batches.find(({ provider }) => provider?.providerBatchId === found.id);
    const isUsed = record !== undefined && record.reason !== 'lost' && !isUnshown(record, found);
    if (isUsed) {
      const { input, output } = record.ingestion.tokens;
      const { usage } = found;
      if (input !== usage.inputTokens || output !== usage.outputTokens) {
        problems.push(
          `batch ${record._id} counts ${input}+${output} tokens, ${found.id} was billed ${usage.inputTokens}+${usage.outputTokens}`,
        );
      }
      used.input += usage.inputTokens;
      used.output += usage.outputTokens;
      used.usd += usage.usd;
    } else if (found.billed > 0 && !(forgets && wasNeverShown(found, batches))) {
      unused.add(found.id);
      problems.push(...problemsOfUnused(found, record, batches));
    }
  }
  const reported = {
    input: sum(reports, ({ tokens }) => tokens.input),
    output: sum(reports, ({ tokens }) => tokens.output),
    usd: sum(reports, ({ cost }) => cost.usd ?? Number.NaN),
  };
  if (reported.input !== used.input || reported.output !== used.output || Math.abs(reported.usd - used.usd) > 0.5e-9) {
    problems.push(`the runs report ${JSON.stringify(reported)}, the provider billed ${JSON.stringify(used)} for it`);
  }
  const unusedRequests = sum(
    ledger.batches.filter(({ id }) => unused.has(id)),
    ({ billed }) => billed,
  );
  const reportedUnused = sum(reports, ({ lost, orphaned }) => lost.requests + orphaned.requests);
  if (unusedRequests > reportedUnused) {
    problems.push(
      `the runs report ${reportedUnused} requests billed for nothing, the provider billed ${unusedRequests}`,
    );
  }
  if (unused.size > 0 && !billsUnused)
    problems.push(`${unused.size} provider batches were billed for nothing, and no fault excuses it`);
  const twice = ledger.twice.filter((one) => !one.batches.some((id) => unused.has(id)));
  if (twice.length > 0 && !billsUnused) problems.push(`billed twice: ${JSON.stringify(twice)}`);
  return problems;
}

/** The provider has billed answers of which it never showed the file. */
function isUnshown({ ingestion, provider }: Batch, { billed }: LedgerBatch): boolean {
  return billed > 0 && ingestion.output === null && (ingestion.lost || provider?.outputFileId === null);
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

function problemsOfUnused(found: LedgerBatch, record: Batch | undefined, batches: readonly Batch[]): string[] {
  if (record !== undefined) return [];
  const orphan = batches.flatMap(({ orphans }) => orphans).find(({ providerBatchId }) => providerBatchId === found.id);
  if (orphan === undefined) {
    const lost = batches.find(({ _id, reason }) => reason === 'lost' && _id === found.metadata?.['batchmill_batch']);
    return lost === undefined ? [`${found.id} was billed ${found.billed} requests, and no record knows of it`] : [];
  }
  if (orphan.completed === found.billed) return [];
  return [`orphan ${found.id} was billed ${found.billed} requests, the record says ${orphan.completed}`];
}

/** The files of a run are deleted at the provider. */
export function problemsOfFiles({ ledger }: Evidence, { leavesFiles }: Excuses): string[] {
  const left = ledger.files.filter(({ purpose }) => purpose === 'batch' || !leavesFiles);
  return left.map(({ id, purpose, filename }) => `file ${id} (${purpose}, ${filename}) is left at the provider`);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
