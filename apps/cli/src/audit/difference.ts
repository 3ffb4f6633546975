import type { KnownFile } from '../files/read-files.js';

/**
 * Where our books and the provider's lists differ:
 *
 * - orphan: a provider batch or its results that a record has given up, and whose cost is not recorded yet.
 * - unknown-batch: a provider batch that carries our mark and that no record knows.
 * - missing-batch: a record names a provider batch that the provider does not have.
 * - state, counts, tokens, model: both have the batch and say different things of it.
 * - cost: the ledger has another cost than the provider's tokens have, or none.
 * - left-file: a file of ours that nothing needs.
 * - unknown-file: a file of ours of which there is no record.
 */
export type DifferenceKind =
  | 'orphan'
  | 'unknown-batch'
  | 'missing-batch'
  | 'state'
  | 'counts'
  | 'tokens'
  | 'model'
  | 'cost'
  | 'left-file'
  | 'unknown-file';

export interface Difference {
  readonly kind: DifferenceKind;
  /** Ours, by its record or by the mark at the provider. */
  readonly batchId: string;
  /** Of the provider batch or of the file. */
  readonly providerId: string;
  readonly books: string;
  readonly provider: string;
  /**
   * What mends it. sweep: the sweep for orphans cancels, records and deletes. delete: the file is deleted. due: the batch is polled
   * at once. Null: a person has to look.
   */
  readonly mend: 'sweep' | 'delete' | 'due' | null;
}

export function keyOf({ kind, batchId, providerId }: Difference): string {
  return JSON.stringify([kind, batchId, providerId]);
}

/** What is left of files that are ours. */
export function differencesOfFiles(files: readonly KnownFile[]): Difference[] {
  return files.flatMap((file): Difference[] => {
    const { id: providerId, owner, kind, batchState, why } = file;
    if (owner.whose !== 'ours') return [];
    const found = { batchId: owner.batchId, providerId, provider: `${kind} file` };
    switch (why) {
      case 'given-up':
      case 'ingested':
        return [{ ...found, kind: 'left-file', books: `not needed: ${batchState ?? 'no record'}`, mend: 'delete' }];
      case 'orphan':
        return [{ ...found, kind: 'left-file', books: 'given up', mend: 'sweep' }];
      case 'no-record':
        return [{ ...found, kind: 'unknown-file', books: 'no record', mend: null }];
      case 'of-batch':
      case 'being-read':
      case 'unused-answers':
      case 'not-ours':
        return [];
    }
  });
}
