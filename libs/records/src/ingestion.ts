import type { Cost } from './run-totals.js';

/** output and error: the provider's files. problems: lines of the output that are no answers. archive: for others. */
export const ingestionParts = [
  'copy',
  'output',
  'error',
  'problems',
  'missing',
  'unrendered',
  'archive',
  'end',
] as const;
export type IngestionPart = (typeof ingestionParts)[number];

/** The checkpoint: everything before `part` and `offset` is stored. */
export interface Ingestion {
  readonly part: IngestionPart;
  /** Bytes into the part's file, or lines into the manifest. */
  readonly offset: number;
  /** Blobs: our copies of the provider's files. */
  readonly output: string | null;
  readonly error: string | null;
  /** Blob: the answers by document (see `ArchivedDocument`); null when there are none, and for embeddings. */
  readonly archive?: string | null;
  /** True when the provider had one of them no more: what is missing then is asked again without an attempt used up. */
  readonly lost: boolean;
  /** Since when the provider has said that it has no such file; null as long as it has not. */
  readonly goneSince: Date | null;
  /** One bit per request, base64: which have been received. */
  readonly received: string;
  readonly problems: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retried: number;
  readonly unknown: number;
  readonly duplicates: number;
  readonly tokens: { readonly input: number; readonly output: number };
  readonly cost: Cost;
  /** The first thing that went wrong: code and message, never contents. */
  readonly firstError: string | null;
  /** When the first of the documents that went back to pending is due; null when none did. */
  readonly retryAt: Date | null;
}

export const notIngested: Ingestion = {
  part: 'copy',
  offset: 0,
  output: null,
  error: null,
  archive: null,
  lost: false,
  goneSince: null,
  received: '',
  problems: 0,
  succeeded: 0,
  failed: 0,
  retried: 0,
  unknown: 0,
  duplicates: 0,
  tokens: { input: 0, output: 0 },
  cost: { usd: 0, synchronousUsd: 0, incomplete: false },
  firstError: null,
  retryAt: null,
};
