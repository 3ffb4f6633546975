import { markIn, verdictOnProviderBatch } from '@batchmill/batch-submitter';
import { RefusedError, isSameAccount, isSettled, type ProviderBatch } from '@batchmill/provider';
import type { Batch, ProviderBatchInfo } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import { listAccount, oldestOfFilesMs, readFiles, type KnownFile } from '../files/read-files.js';
import { areResultsRead, compareBatch } from './compare-batch.js';
import { compareCost } from './compare-cost.js';
import { differencesOfFiles, type Difference } from './difference.js';
import { unusedAnswersOf, type UnusedAnswers } from './unused-answers.js';

/** Our books beside the provider's lists. */
export interface Audit {
  /** Provider batches that were created since then. */
  readonly since: Date;
  readonly batches: { readonly ours: number; readonly otherInstallations: number; readonly otherPrograms: number };
  /** Records of batches at another account: its lists are not seen. */
  readonly ofOtherAccounts: number;
  /** Of the batches that are ingested and of which the provider says what it billed. */
  readonly tokens: { readonly batches: number; readonly books: Tokens; readonly provider: Tokens };
  readonly differences: readonly Difference[];
  readonly unused: readonly UnusedAnswers[];
  readonly files: readonly KnownFile[];
}

export interface Tokens {
  readonly input: number;
  readonly output: number;
}

type Submitted = Batch & { readonly provider: ProviderBatchInfo };

/** Reads everything at the provider before any record: what is listed then is in its record, unless it differs. */
export async function auditAccount(engine: Engine, since: Date): Promise<Audit> {
  const { clock, batches, ledger, provider, engineSettings } = engine;
  const filesSince = new Date(clock.now().getTime() - oldestOfFilesMs);
  const account = await listAccount(engine, since < filesSince ? since : filesSince);
  const listed = account.batches.filter(({ createdAt }) => createdAt >= since);
  const files = await readFiles(engine, account);
  const records = await Array.fromAsync(batches.createdSince(since));
  const submitted = records.filter(isSubmitted);
  const byId = new Map(listed.map((found) => [found.id, found]));
  // The key may have changed since: what is listed is of this account all the same.
  const visible = submitted.filter(
    (each) => byId.has(each.provider.providerBatchId) || isSameAccount(each.provider.account, provider.accountInfo),
  );
  const compared: { record: Submitted; found: ProviderBatch }[] = [];
  const differences: Difference[] = [];
  for (const record of visible) {
    const found = byId.get(record.provider.providerBatchId) ?? (await retrieve(engine, record));
    if (found === null) differences.push(...missing(record));
    else if (record.reason !== 'lost') compared.push({ record, found });
  }
  const entries = await Array.fromAsync(ledger.entries({ since }));
  const entryOf = new Map(entries.map((entry) => [entry._id, entry]));
  const marks = listed.map(({ metadata }) => markIn(metadata)?.installation ?? null);
  const ours = marks.filter((installation) => installation === engineSettings.installation).length;
  const otherPrograms = marks.filter((installation) => installation === null).length;
  return {
    since,
    batches: { ours, otherPrograms, otherInstallations: marks.length - ours - otherPrograms },
    ofOtherAccounts: submitted.length - visible.length,
    tokens: tokensOf(compared),
    differences: [
      ...(await unheld(engine, listed)),
      ...differences,
      ...compared.flatMap(({ record, found }) => [
        ...compareBatch(record, found),
        ...compareCost(record, found, entryOf.get(found.id) ?? null, engineSettings.prices),
      ]),
      ...differencesOfFiles(files),
    ],
    unused: records.flatMap(unusedAnswersOf),
    files,
  };
}

function isSubmitted(batch: Batch): batch is Submitted {
  return batch.provider !== null;
}

/** Provider batches of this installation that no record holds. */
async function unheld({ batches, engineSettings }: Engine, listed: readonly ProviderBatch[]): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const found of listed) {
    const mark = markIn(found.metadata);
    if (mark?.installation !== engineSettings.installation) continue;
    const record = await batches.get(mark.batchId);
    const verdict = verdictOnProviderBatch(record, { id: found.id, key: mark.key });
    const isRecorded = record?.orphans.some(({ providerBatchId }) => providerBatchId === found.id) === true;
    if (verdict === 'held' || (isSettled(found) && isRecorded)) continue;
    const provider = `${found.unknownState ?? found.state}, ${found.counts.completed} answered`;
    const ids = { batchId: mark.batchId, providerId: found.id, provider };
    differences.push(
      verdict === 'given-up'
        ? { ...ids, kind: 'orphan', books: 'given up', mend: 'sweep' }
        : {
            ...ids,
            kind: 'unknown-batch',
            books: record === null ? 'no record' : 'its record has another',
            mend: null,
          },
    );
  }
  return differences;
}

/** One that was created after the list was read is not listed. Null: the provider does not have it. */
async function retrieve({ provider }: Engine, record: Submitted): Promise<ProviderBatch | null> {
  try {
    return await provider.retrieveBatch(record.provider.providerBatchId);
  } catch (error) {
    if (error instanceof RefusedError && error.status === 404) return null;
    throw error;
  }
}

/** Of a batch that was given up as lost the books say so. */
function missing({ _id: batchId, state, reason, provider }: Submitted): Difference[] {
  if (reason === 'lost') return [];
  const books = `${state} (${provider.state})`;
  return [
    {
      kind: 'missing-batch',
      batchId,
      providerId: provider.providerBatchId,
      books,
      provider: 'no such batch',
      mend: null,
    },
  ];
}

function tokensOf(compared: readonly { record: Batch; found: ProviderBatch }[]): Audit['tokens'] {
  const read = compared.flatMap(({ record, found: { usage } }) =>
    usage !== null && areResultsRead(record) ? [{ books: record.ingestion.tokens, usage }] : [],
  );
  const sum = (of: (each: (typeof read)[number]) => number): number =>
    read.reduce((total, each) => total + of(each), 0);
  return {
    batches: read.length,
    books: { input: sum(({ books }) => books.input), output: sum(({ books }) => books.output) },
    provider: { input: sum(({ usage }) => usage.inputTokens), output: sum(({ usage }) => usage.outputTokens) },
  };
}
