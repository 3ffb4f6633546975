import type { Batch, LedgerEntry, Spending } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import type { LedgerReport } from '@batchmill/simulator';
import { storedRecords } from './stored-records.js';

type BilledBatch = LedgerReport['batches'][number];

/** What our books say beside what the provider has billed for batches. */
export interface BooksComparison {
  /** Where they differ though the cost is known. Empty: they are equal, to the token and the nano-dollar. */
  readonly differences: readonly string[];
  /** Provider batches of which our records cannot know the cost: they are not ingested, they are lost, or no record holds them. */
  readonly unknown: ReadonlySet<string>;
}

/** Compares the ledger, the runs' totals and the spendings with the ledger of a simulator. */
export async function compareBooks(engine: Engine, report: LedgerReport): Promise<BooksComparison> {
  const records = storedRecords(engine.store);
  const batches = await Array.fromAsync(records.batches.find({}));
  const runs = await Array.fromAsync(records.runs.find({}));
  // Answers that were not bought are no part of any bill.
  const entries = (await Array.fromAsync(engine.ledger.entries())).filter(({ kind }) => kind !== 'reused');
  const synchronous = entries.filter(({ kind }) => kind === 'synchronous');
  const spendings = await Array.fromAsync(engine.store.collection<Spending>('spendings').find({}));
  const byId = new Map(entries.filter((entry) => !synchronous.includes(entry)).map((entry) => [entry._id, entry]));
  const differences: string[] = [];
  const unknown = new Set<string>();
  for (const billed of report.batches) {
    const entry = byId.get(billed.id);
    byId.delete(billed.id);
    const isKnown = isBooked(billed.id, batches);
    if (!isKnown) unknown.add(billed.id);
    else if (entry !== undefined) differences.push(...differencesOf(entry, billed));
    else if (billed.billed > 0) differences.push(`${billed.id} was billed ${inWords(billed.usage)}, and has no entry`);
  }
  differences.push(...[...byId.keys()].map((id) => `the entry ${id} is of no provider batch`));
  // The provider has billed searches as well, and answers that were lost on their way.
  const called = sumOf(synchronous);
  if (called.nanoUsd > report.synchronous.nanoUsd || called.inputTokens > report.synchronous.inputTokens)
    differences.push(
      `synchronous calls were billed ${inWords(report.synchronous)}, their entries are ${inWords(called)}`,
    );
  for (const { _id: runId, totals } of runs) {
    if (totals === null) continue;
    const own = entries.filter(({ kind, ...entry }) => kind !== 'orphan' && entry.runId === runId);
    const booked = inWords(sumOf(own));
    const reported = inWords({
      inputTokens: totals.tokens.input,
      outputTokens: totals.tokens.output,
      nanoUsd: totals.cost.nanoUsd,
    });
    if (booked !== reported) differences.push(`run ${runId} reports ${reported}, its entries are ${booked}`);
  }
  differences.push(...spendings.flatMap((spending) => differencesOfSpending(spending, batches, entries)));
  return { differences, unknown };
}

/** Whether the batch that holds this provider batch is ingested to its end, or has recorded it as an orphan. */
function isBooked(id: string, batches: readonly Batch[]): boolean {
  if (batches.some(({ orphans }) => orphans.some(({ providerBatchId }) => providerBatchId === id))) return true;
  const holder = batches.find(({ provider }) => provider?.providerBatchId === id);
  return holder !== undefined && isIngested(holder) && !isUnknown(holder);
}

function isIngested({ state }: Batch): boolean {
  return state === 'ingested' || state === 'reprocessing';
}

/** Whether nobody can know what an ingested batch has cost, whatever its price is. */
function isUnknown({ reason, provider, submission, synchronous, ingestion }: Batch): boolean {
  if (reason === 'lost') return provider !== null || submission.armed !== null;
  if (provider === null) return synchronous != null && (synchronous.unclear > 0 || ingestion.part !== 'end');
  const shown = (ingestion.functions ?? []).reduce((sum, { requests }) => sum + requests, 0);
  return ingestion.part !== 'end' || (provider.usage == null && provider.counts.completed > shown);
}

/**
 * Another tier has a price that is not known. The answers of an orphan are not read: what each of them has cost, and its tier, is
 * known to no one, so that its entry may be less than the bill, and more by a nano-dollar that each of them is rounded to.
 */
function differencesOf({ kind, tokens, cost }: LedgerEntry, { id, billed, usage }: BilledBatch): string[] {
  const isPriceOpen = cost.incomplete || (kind === 'orphan' && cost.nanoUsd <= usage.nanoUsd + billed);
  const nanoUsd = isPriceOpen ? usage.nanoUsd : cost.nanoUsd;
  const booked = inWords({ inputTokens: tokens.input, outputTokens: tokens.output, nanoUsd });
  return booked === inWords(usage) ? [] : [`${id} was billed ${inWords(usage)}, its entry is ${booked}`];
}

/**
 * What was spent in a scope is what its ingested batches have cost, and of those whose cost is not known the most that it may be.
 * A key that was given up counts as well, which batches do not keep with its scope: then it may be more.
 */
function differencesOfSpending(
  { _id, committed, reserved, reservations }: Spending,
  batches: readonly Batch[],
  entries: readonly LedgerEntry[],
): string[] {
  const own = batches.filter(({ spending }) => spending?.scopes.includes(_id) === true);
  const counted = own.filter(isIngested).map((batch) => {
    const entry = entries.find(({ kind, batchId }) => kind !== 'orphan' && batchId === batch._id);
    const isKnown = !isUnknown(batch) && entry?.cost.incomplete !== true;
    return isKnown ? (entry?.cost.nanoUsd ?? 0) : (batch.spending?.nanoUsd ?? 0);
  });
  const expected = counted.reduce((sum, nanoUsd) => sum + nanoUsd, 0);
  const spent = committed - reserved;
  const held = reservations.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0);
  const mayBeMore =
    own.some(({ state }) => state === 'settled') ||
    batches.some(({ previousAttempts }) => previousAttempts.some(({ providerBatchId }) => providerBatchId === null));
  return [
    ...(held === reserved ? [] : [`${_id} has reserved ${reserved} nano-dollars, its reservations are ${held}`]),
    ...(spent === expected || (mayBeMore && spent > expected)
      ? []
      : [`${_id} has spent ${spent} nano-dollars, its batches have cost ${expected}`]),
  ];
}

interface Sum {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly nanoUsd: number;
}

function sumOf(entries: readonly LedgerEntry[]): Sum {
  return entries.reduce<Sum>(
    ({ inputTokens, outputTokens, nanoUsd }, { tokens, cost }) => ({
      inputTokens: inputTokens + tokens.input,
      outputTokens: outputTokens + tokens.output,
      nanoUsd: nanoUsd + cost.nanoUsd,
    }),
    { inputTokens: 0, outputTokens: 0, nanoUsd: 0 },
  );
}

function inWords({ inputTokens, outputTokens, nanoUsd }: Sum): string {
  return `${inputTokens}+${outputTokens} tokens for ${nanoUsd} nano-dollars`;
}
