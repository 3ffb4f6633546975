import type { BatchFaults } from '../batches/batch.js';
import type { Windows } from '../batches/completion-windows.js';
import type { Refusal } from '../faults/refusals.js';
import type { Limits } from '../limits.js';
import type { Endpoint } from '../perform/endpoints.js';
import type { FileFaults } from '../storage/file-store.js';

/** How the server of a provider behaves. It says what the provider's pages say, without a look at any client of it. */
export interface ProviderBehaviour {
  /** The path of its API, with the version. Other paths are not found. */
  readonly basePath: string;
  /** Where its limits are not OpenAI's. */
  readonly limits: Partial<Limits>;
  readonly completionWindows: Windows;
  /** What it takes in batches. It answers all of them synchronously. */
  readonly endpoints: readonly Endpoint[];
  /** How its list of batches has pages: by the id of the last batch, or by a cursor. */
  readonly batchPaging: 'after' | 'cursor';
  /** Whether a batch keeps the metadata that it was created with. */
  readonly keepsMetadata: boolean;
  /** The seconds that `output_expires_after` may have. Null: the field is unknown, and refused. */
  readonly outputExpiry: { readonly from: number; readonly to: number } | null;
  /** What `GET /models` lists: the models by the names that requests have, base models that requests do not name, or nothing. */
  readonly models: 'names' | 'base-models' | 'none';
  /** How long a file is `pending` after its upload, in simulated seconds. */
  readonly filePendingSeconds: number;
  readonly files: Omit<FileFaults, 'pendingUntilMs' | 'error'>;
  /** How a batch is shown, and whether it expires. */
  readonly batches: Pick<BatchFaults, 'upperCase' | 'ownState' | 'emptyIds' | 'times' | 'neverExpires' | 'errorsAs'>;
  /** When a full queue of tokens is said: by the create call, or by a batch that fails while it is validated. */
  readonly queueIsFull: 'at-create' | 'as-failed-batch';
  /** What it says when an account has as many batches at work as it may have. */
  readonly tooManyBatches: Refusal;
}
