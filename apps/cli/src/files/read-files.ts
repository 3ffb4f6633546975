import { isSettled, type ProviderBatch, type StoredFile } from '@batchmill/provider';
import type { Batch, BatchState } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import { ownerOfInputFile, ownerOfResultFile, type FileOwner } from './file-owner.js';
import { useOfInputFile, useOfResultFile, type FileUse } from './file-use.js';

/** A batch file or result file of the account, with what is known of it. */
export type KnownFile = FileUse & {
  readonly id: string;
  readonly kind: 'input' | 'output' | 'error' | 'result';
  readonly name: string;
  /** Null where the provider does not say it. */
  readonly bytes: number | null;
  readonly createdAt: Date | null;
  readonly owner: FileOwner;
  /** Of the batch that the file is of; null: there is no record, or it is not ours. */
  readonly batchState: BatchState | null;
};

/** The files of an account and the batches that it has. List the files first: then the batch of each listed file is listed too. */
export interface AccountFiles {
  readonly inputs: readonly StoredFile[];
  readonly results: readonly StoredFile[];
  readonly batches: readonly ProviderBatch[];
}

/** The provider keeps files for 30 days, and a batch has at most as long: the batch of a file is at most this old. */
export const oldestOfFilesMs = 60 * 24 * 3_600_000;

/** Reads everything at the provider before any record, so that each record knows what is listed. */
export async function listAccount({ provider }: Engine, since: Date): Promise<AccountFiles> {
  const inputs = await Array.fromAsync(provider.listInputFiles());
  const results = await Array.fromAsync(provider.listResultFiles());
  return { inputs, results, batches: await Array.fromAsync(provider.listBatches(since)) };
}

/** What is known of each file, in the order of the lists: the newest input file first, then the result files. */
export async function readFiles(engine: Engine, { inputs, results, batches }: AccountFiles): Promise<KnownFile[]> {
  const { installation } = engine.engineSettings;
  const readers = new Map(batches.map((batch) => [batch.inputFileId, batch]));
  const beingRead = new Set(batches.filter((batch) => !isSettled(batch)).map(({ inputFileId }) => inputFileId));
  const writers = new Map(
    batches.flatMap((batch) => [[batch.outputFileId, batch] as const, [batch.errorFileId, batch] as const]),
  );
  const left = new Map<string, Batch>();
  for await (const batch of engine.batches.withLeftFiles()) for (const id of batch.leftFiles ?? []) left.set(id, batch);
  const known: KnownFile[] = [];
  for (const file of inputs) {
    const { id } = file;
    const owner = ownerOfInputFile(file, readers.get(id) ?? null, installation);
    const record = await recordOf(engine, owner);
    const use = owner.whose === 'ours' ? useOfInputFile(record, { id, key: owner.key }, beingRead.has(id)) : notOurs;
    known.push({ ...use, ...fieldsOf(file), kind: 'input', owner, batchState: record?.state ?? null });
  }
  for (const file of results) {
    const writer = writers.get(file.id) ?? null;
    const leftBy = left.get(file.id);
    const owner =
      leftBy === undefined
        ? ownerOfResultFile(writer, installation)
        : ({ whose: 'ours', batchId: leftBy._id, key: null } as const);
    const record = await recordOf(engine, owner);
    const use = leftBy === undefined ? useOfResults(owner, record, writer) : wasLeft;
    known.push({ ...use, ...fieldsOf(file), kind: kindOf(file, writer), owner, batchState: record?.state ?? null });
  }
  return known;
}

function useOfResults(owner: FileOwner, record: Batch | null, writer: ProviderBatch | null): FileUse {
  if (owner.whose !== 'ours' || owner.key === null || writer === null) return notOurs;
  return useOfResultFile(record, { id: writer.id, key: owner.key });
}

/** Its record says so: it could not be deleted when the batch was ingested. */
const wasLeft = { use: 'not-needed', why: 'ingested' } as const;
const notOurs = { use: 'unknown', why: 'not-ours' } as const;

async function recordOf({ batches }: Engine, owner: FileOwner): Promise<Batch | null> {
  return owner.whose === 'ours' ? batches.get(owner.batchId) : null;
}

function fieldsOf({ id, name, bytes, createdAt }: StoredFile): Pick<KnownFile, 'id' | 'name' | 'bytes' | 'createdAt'> {
  return { id, name, bytes, createdAt };
}

function kindOf({ id }: StoredFile, writer: ProviderBatch | null): KnownFile['kind'] {
  if (writer === null) return 'result';
  return writer.outputFileId === id ? 'output' : 'error';
}
