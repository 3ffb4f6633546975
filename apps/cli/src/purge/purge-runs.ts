import { ValidationError } from '@batchmill/contracts';
import {
  RunTexts,
  blobsOfBatch,
  blobsOfClaim,
  readManifest,
  unnamedBlobs,
  youngestUnnamedMs,
  type Run,
} from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import type { PurgeTally } from './purge-tally.js';

/** A run of which something stays. */
export interface NeededRun {
  readonly runId: string;
  readonly why: string;
}

/** What a purge of runs did beside what it counted. */
export interface PurgedRuns {
  readonly runs: number;
  /** Runs that are old enough, and whose texts or records are still needed. */
  readonly needed: readonly NeededRun[];
  /** Old blobs that no record names and that were left, because another state may name them. */
  readonly unnamedLeft: { readonly count: number; readonly bytes: number };
  /** True: the bus deletes messages by its own settings. */
  readonly busKeepsMessages: boolean;
}

/**
 * Deletes the texts of all runs that ended before a time, and with `withRecords` also our records of them. The same as the sweep of a
 * running service does by the settings.
 */
export async function purgeOld(
  engine: Engine,
  { before, withRecords }: { readonly before: Date; readonly withRecords: boolean },
  tally: PurgeTally,
): Promise<PurgedRuns> {
  const texts = new RunTexts(engine);
  const needed: NeededRun[] = [];
  const purged: Run[] = [];
  for await (const run of engine.runs.endedBefore(before, { withTexts: true })) {
    const why = await texts.whyNeeded(run, before);
    if (why === null && (await purgeTexts(engine, run, tally))) purged.push(run);
    else needed.push({ runId: run._id, why: why ?? 'a batch of it is being reprocessed' });
  }
  await countAnswers(engine.reusableAnswers.keptBefore(before), tally);
  if (!tally.isDryRun) await engine.reusableAnswers.deleteBefore(before);
  const messages = await engine.bus.purge({ recordedBefore: before, isDryRun: tally.isDryRun });
  tally.count('messages', messages ?? 0);
  if (withRecords) needed.push(...(await purgeRecords(engine, before, tally.isDryRun ? purged : [], tally)));
  return {
    runs: purged.length,
    needed,
    unnamedLeft: await purgeUnnamed(engine, before, tally),
    busKeepsMessages: messages === null,
  };
}

/** Deletes the texts of one run that has ended. Rejects with a ValidationError `purge.needed` while they are needed. */
export async function purgeRun(engine: Engine, run: Run, tally: PurgeTally): Promise<PurgedRuns> {
  const why = await new RunTexts(engine).whyNeeded(run);
  if (why !== null) throw stillNeeded(run, why);
  const keys: string[] = [];
  for await (const { manifest, textsDeletedAt } of engine.batches.ofRun(run._id)) {
    if (textsDeletedAt === undefined) keys.push(...(await keysIn(engine, manifest)));
  }
  await countAnswers(engine.reusableAnswers.ofKeys(keys), tally);
  if (!tally.isDryRun) await engine.reusableAnswers.delete(keys);
  if (!(await purgeTexts(engine, run, tally))) throw stillNeeded(run, 'a batch of it is being reprocessed');
  return { runs: 1, needed: [], unnamedLeft: { count: 0, bytes: 0 }, busKeepsMessages: false };
}

function stillNeeded({ _id }: Run, why: string): ValidationError {
  return new ValidationError(
    'purge.needed',
    `run ${_id} still needs its texts: ${why}; wait for its end, or cancel it with: batchmill runs cancel ${_id}`,
  );
}

/** False: a batch is being reprocessed. */
async function purgeTexts(engine: Engine, run: Run, tally: PurgeTally): Promise<boolean> {
  const names: string[] = [];
  for await (const claim of engine.claims.ofRun(run._id)) names.push(...blobsOfClaim(claim));
  for await (const batch of engine.batches.ofRun(run._id)) names.push(...blobsOfBatch(batch));
  for (const name of new Set(names)) await tally.countBlob(name);
  return tally.isDryRun || new RunTexts(engine).delete(run);
}

/** The keys of the answers that the requests of a batch took, or that were kept of them. */
async function keysIn({ blobs }: Engine, manifest: string): Promise<string[]> {
  const keys: string[] = [];
  if ((await blobs.bytesOf(manifest)) === null) return keys;
  for await (const line of readManifest(blobs, manifest)) {
    if (line.customId !== null) keys.push(...[line.key, line.reusedKey].filter((key) => key !== undefined));
  }
  return keys;
}

/** Counts answers that other requests may take. */
export async function countAnswers(
  answers: AsyncIterable<{ readonly body: string }>,
  tally: PurgeTally,
): Promise<void> {
  for await (const { body } of answers) tally.count('answers kept for reuse', 1, Buffer.byteLength(body));
}

/** `purged`: on a dry run, the runs that have lost their texts by then. Returns the runs whose records stay. */
async function purgeRecords(
  engine: Engine,
  before: Date,
  purged: readonly Run[],
  tally: PurgeTally,
): Promise<NeededRun[]> {
  const records = engine.runRecords;
  const runs = [...purged, ...(await Array.fromAsync(engine.runs.endedBefore(before, { withTexts: false })))];
  const needed: NeededRun[] = [];
  for (const run of runs) {
    const why = await records.whyNeeded(run);
    if (why !== null) needed.push({ runId: run._id, why });
    const counts = tally.isDryRun ? await records.count(run) : await records.delete(run);
    for (const kind of ['runs', 'claims', 'batches', 'notifications'] as const)
      tally.count(`records: ${kind}`, counts[kind]);
  }
  const handled = tally.isDryRun ? engine.inbox.countBefore(before) : engine.inbox.deleteBefore(before);
  tally.count('records: handled messages', await handled);
  return needed;
}

/** Deletes them where no other state can name them. Returns what it left. */
async function purgeUnnamed(
  engine: Engine,
  before: Date,
  tally: PurgeTally,
): Promise<{ readonly count: number; readonly bytes: number }> {
  const dayAgo = new Date(engine.clock.now().getTime() - youngestUnnamedMs);
  const unnamed = await unnamedBlobs(engine, before < dayAgo ? before : dayAgo);
  if (engine.engineSettings.ownsBlobs) {
    for (const { name } of unnamed) await tally.deleteBlob(name);
    return { count: 0, bytes: 0 };
  }
  return { count: unnamed.length, bytes: unnamed.reduce((sum, { bytes }) => sum + bytes, 0) };
}
