/** What we write into a provider batch's metadata, so that we recognize it as ours. */
export interface ProviderBatchMark {
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

export function metadataOf({ key, batchId, installation, traceparent }: ProviderBatchMark): Record<string, string> {
  return {
    [names.key]: key,
    [names.batchId]: batchId,
    [names.installation]: installation,
    ...(traceparent === null ? {} : { [names.traceparent]: traceparent }),
  };
}

/** Null if the provider batch does not carry our mark. */
export function markIn(metadata: Readonly<Record<string, string>>): Omit<ProviderBatchMark, 'traceparent'> | null {
  const key = metadata[names.key];
  const batchId = metadata[names.batchId];
  const installation = metadata[names.installation];
  if (key === undefined || batchId === undefined || installation === undefined) return null;
  return { key, batchId, installation };
}
