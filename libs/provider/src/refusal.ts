/**
 * What a refusal of the provider is about. It decides what happens to the work:
 * - moment: the provider cannot do it now. The work waits.
 * - queue: there is no room for the batch. It waits, and the limit is learned when the provider names it.
 * - account: the provider serves this account, key or model no more, or not yet. The work is held until that is mended.
 * - size: the file is too large. Its documents are put into smaller files, and the limit is learned.
 * - file: the provider does not have the input file. It is uploaded again.
 * - request: what was sent is wrong. If the provider names a line, that request fails.
 */
export type Refusal =
  | { readonly about: 'moment' }
  | QueueRefusal
  | AccountRefusal
  | SizeRefusal
  | { readonly about: 'file' }
  | { readonly about: 'request' };

export interface QueueRefusal {
  readonly about: 'queue';
  /** What the queue counts; null when the provider does not say. */
  readonly unit: 'tokens' | 'requests' | null;
  /** How many of them fit; null when the provider does not say. */
  readonly limit: number | null;
}

export interface AccountRefusal {
  readonly about: 'account';
  /** key: it is wrong or revoked. money: the budget is spent. permission: the key may not do this. model: not this model. */
  readonly reason: 'key' | 'money' | 'permission' | 'model';
}

export interface SizeRefusal {
  readonly about: 'size';
  readonly unit: 'bytes' | 'requests' | null;
  /** The largest size; null when the provider does not say. */
  readonly limit: number | null;
}

/** What the provider said: with the status of a call or of a result, or without one in the errors of a failed batch. */
export interface Said {
  readonly status: number | null;
  readonly code: string | null;
  readonly message: string;
}
