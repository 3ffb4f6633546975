/** What we write into the provider batch, to know it again. */
export interface Mark {
  readonly key: string;
  readonly batchId: string;
  readonly installation: string;
  readonly traceparent: string | null;
}

const names = {
  key: 'batchmill_key',
  batchId: 'batchmill_batch',
  installation: 'batchmill_installation',
  traceparent: 'traceparent',
} as const;

export function metadataOf({ key, batchId, installation, traceparent }: Mark): Record<string, string> {
  return {
    [names.key]: key,
    [names.batchId]: batchId,
    [names.installation]: installation,
    ...(traceparent === null ? {} : { [names.traceparent]: traceparent }),
  };
}

/** Null: none of ours. */
export function markIn(metadata: Readonly<Record<string, string>>): Omit<Mark, 'traceparent'> | null {
  const key = metadata[names.key];
  const batchId = metadata[names.batchId];
  const installation = metadata[names.installation];
  if (key === undefined || batchId === undefined || installation === undefined) return null;
  return { key, batchId, installation };
}
