import type { TimeForm } from '../http/present-time.js';
import type { Endpoint } from '../perform/endpoints.js';

export type BatchStatus =
  'validating' | 'in_progress' | 'finalizing' | 'completed' | 'failed' | 'expired' | 'cancelling' | 'cancelled';

/** What is wrong with a whole batch. */
export interface BatchError {
  readonly code: string;
  readonly message: string;
  readonly param: string | null;
  /** 1 is the first; null when it concerns no line. */
  readonly line: number | null;
}

/** A batch as it is stored. Times in simulated milliseconds since 1970. */
export interface Batch {
  /** In the order of creation. */
  seq: number;
  readonly id: string;
  /** The account that made it. Missing in the folder of an earlier version: the one without a name. */
  readonly account?: string;
  status: BatchStatus;
  readonly endpoint: Endpoint;
  /** null until validated. */
  model: string | null;
  readonly inputFileId: string;
  readonly inputBytes: number;
  /** Where the answers are written; shown only when settled and not empty. */
  readonly outputFileId: string;
  readonly errorFileId: string;
  readonly outputExpiresSeconds: number;
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Missing in what was stored before there were others than 24h. */
  readonly completionWindow?: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  plan: BatchPlan;
  times: Partial<Record<Exclude<BatchStatus, 'validating'>, number>>;
  /** When `cancelling` ends. */
  cancelledDueMs: number | null;
  readonly faults: BatchFaults;
  progress: BatchProgress;
  /** Prompt tokens that count against the model's queue while the batch is not settled; mostly 0 until it is validated. */
  enqueuedTokens: number;
  errors: readonly BatchError[] | null;
  /** The object before its last change of state, and when that change was. */
  previous: object | null;
  changedMs: number;
}

export interface BatchPlan {
  readonly inProgressMs: number;
  readonly finalizingMs: number;
  readonly completedMs: number;
}

/** What was drawn for the batch when it was created. */
export interface BatchFaults {
  readonly failCode?: string;
  /** The name of a refusal. */
  readonly refusal?: string;
  readonly tokenLimit?: number;
  readonly expirePercent?: number;
  readonly stallPercent?: number;
  /** Status of every line. */
  readonly lineStatus?: number;
  /** Simulated seconds after it was settled until its files are shown. */
  readonly lateFilesSeconds?: number;
  /** Its counts are 0 until it is settled. */
  readonly noCounts?: boolean;
  readonly emptyIds?: boolean;
  readonly upperCase?: boolean;
  /** Shown in place of in_progress. */
  readonly ownState?: string;
  readonly times?: TimeForm;
  /** How errors are shown in place of `{data: […]}`: the list alone, or a text that is empty when there are none. */
  readonly errorsAs?: 'list' | 'text';
  readonly neverExpires?: boolean;
  /** States that it never leaves by itself. */
  readonly stays?: readonly string[];
  /** Until when no call finds it, in simulated milliseconds; null: for ever. */
  readonly forgottenUntilMs?: number | null;
}

/** How far the work on the lines has come. Stored in one transaction with what was billed for them. */
export interface BatchProgress {
  /** Requests in the file; 0 until validated. */
  total: number;
  /** Requests carried out. */
  done: number;
  completed: number;
  failed: number;
  /** Bytes of the input that are dealt with. */
  inputOffset: number;
  /** Bytes of the two files that count: what is written beyond them was not committed. */
  outputBytes: number;
  errorBytes: number;
  inputTokens: number;
  /** Of the input; missing in a batch of an earlier version. */
  cachedTokens?: number;
  outputTokens: number;
}

export function isSettled(status: BatchStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'expired' || status === 'cancelled';
}
