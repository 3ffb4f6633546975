import type { CompletionWindow } from '@batchmill/contracts';
import type { FileLimits } from '../batches/batch-file-size.js';
import type { ProviderState } from '../batches/provider-states.js';
import type { QueueRefusal } from '../refusal.js';
import type { RequestUrl } from '../requests/rendered-request.js';
import type { CompletionWindows } from './completion-windows.js';

/**
 * What is known of a provider from its own pages: what it takes, what it offers, and how it writes. Plain data. To add a provider,
 * write a file like its siblings and name it in `provider-profiles.ts`.
 */
export interface ProviderProfile {
  /** As `BATCHMILL_PROVIDER` has it: lower case and dashes. */
  readonly name: string;
  /** For messages: `Azure OpenAI`. */
  readonly title: string;
  /** The pages that say what this file says. */
  readonly sources: readonly string[];
  /** The hosts by which it is recognized: `api.openai.com`, or `*.openai.com` for all below it. */
  readonly hosts: readonly string[];
  /** An `OPENAI_BASE_URL` for it, with the version in its path. Null: there is no usual one. */
  readonly baseUrl: string | null;
  /** One batch file at most. */
  readonly limits: FileLimits;
  /** Null: not known. */
  readonly completionWindows: CompletionWindows | null;
  readonly defaultCompletionWindow: CompletionWindow;
  /** False: it goes on with a batch after its completion window. */
  readonly batchesExpire: boolean;
  /** The requests that it takes in batches, by the `url` of a line. */
  readonly endpoints: readonly RequestUrl[];
  /** How the next page of its list of batches is asked for: the id of the last batch as `after`, or `paging.next_cursor` as `cursor`. */
  readonly batchPaging: 'after' | 'cursor';
  /**
   * Whether a batch keeps the metadata that it was created with. Without it, a batch whose create answer was lost is known by its
   * input file, and orphans are not recognized.
   */
  readonly keepsMetadata: boolean;
  /** What `output_expires_after` may be, in milliseconds. Null: it does not know the field, or that is not known. */
  readonly resultsExpiry: { readonly fromMs: number; readonly toMs: number } | null;
  /** Whether `GET /models` names the models as requests name them. */
  readonly listsModels: boolean;
  /** Its words for states that OpenAI's do not have, in lower case, with `_` for spaces and dashes. Capitals need no word. */
  readonly states: Readonly<Record<string, ProviderState>>;
  /** For how long an input file may be `pending` after its upload, in milliseconds. Then it is deleted and uploaded again. */
  readonly filePendingMs: number;
  /** What it says when its queue is full. These words are understood at every provider, because gateways pass them on. */
  readonly queueWords: readonly QueueWords[];
  /** What a token in a batch costs, as a fraction of the synchronous price. Null: its pages do not say it. */
  readonly batchRate: number | null;
  /** Its id in the price book of `@pydantic/genai-prices`. Null: the book does not have it. */
  readonly priceKey: string | null;
}

/** Each code, and the message, is enough to recognize that the queue is full. A limit is read from the message. */
export interface QueueWords {
  readonly codes: readonly string[];
  readonly message: RegExp | null;
  readonly unit: QueueRefusal['unit'];
}
