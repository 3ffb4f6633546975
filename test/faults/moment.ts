/** A call of a port at which something happens to the process that makes it. */
export interface Moment {
  /** `provider.createBatch`, `batches.updateOne` */
  readonly call: string;
  /** Which of its calls, from 1. */
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** The calls that leave something behind, or that others wait for. */
export const portCalls: readonly string[] = [
  ...['uploadFile', 'createBatch', 'retrieveBatch', 'listBatches', 'download', 'deleteFile'].map(
    (name) => `provider.${name}`,
  ),
  ...['runs.insertOne', 'runs.updateOne', 'runs.findOneAndUpdate'],
  ...['claims.insertOne', 'claims.updateOne'],
  ...['batches.insertOne', 'batches.updateOne', 'batches.findOneAndUpdate', 'budgets.updateOne'],
  ...['notes.bulk', 'notes.find'],
  ...['bus.publish', 'blobs.write', 'blobs.read', 'blobs.delete', 'vectors.upsert'],
];
