import type { DocumentError } from '@batchmill/contracts';
import type { WorstUsage } from '@batchmill/models';
import {
  addSize,
  addWorstUsage,
  emptyBatchFile,
  fitsBatchFile,
  noWorstUsage,
  type BatchFileSize,
  type FileLimits,
} from '@batchmill/provider';
import type { FillingLimits } from './filling-limits.js';

/** What is put into a batch file at once: the requests of one document to one model. */
export interface FileAddition extends BatchFileSize {
  readonly worst: WorstUsage;
  /** Requests that are not put into the file, because their answers are there. */
  readonly unsent: number;
}

/**
 * taken: its lines follow, unless none of its requests is sent. empty: it has no requests. too-large: no file can hold it. full: the file has ended, and the addition
 * begins the next one.
 */
export type Filled = 'taken' | 'empty' | 'too-large' | 'full';

/** Why a document whose requests are too large is not asked. */
export const tooLarge: DocumentError = {
  kind: 'ValidationError',
  code: 'request.too-large',
  message: "the document's requests do not fit into one batch file",
};

/** Decides what a batch file holds: until an addition does not fit, or is for another model. */
export class BatchFilling {
  #size = emptyBatchFile;
  #worst = noWorstUsage;
  #together = Infinity;
  #model: number | null = null;

  constructor(private readonly limits: FillingLimits) {}

  get size(): BatchFileSize {
    return this.#size;
  }

  /** What its requests use at most. */
  get worst(): WorstUsage {
    return this.#worst;
  }

  /** Null while the file is empty. */
  get model(): number | null {
    return this.#model;
  }

  /** `together`: the most documents of its file; null: any number. */
  add(addition: FileAddition, { model, together = null }: { model: number; together?: number | null }): Filled {
    const limits = this.limits.limitsOf(model);
    const { requests, unsent } = addition;
    const isOtherModel = requests + unsent > 0 && this.#model !== null && model !== this.#model;
    // It needs no room.
    const isFree = requests === 0 && unsent > 0;
    const mostTogether = Math.min(this.#together, together ?? Infinity);
    const maxDocuments = Math.min(limits.maxDocuments, mostTogether);
    const isFull =
      !isFree && this.#size.requests > 0 && !fitsBatchFile(this.#size, addition, { ...limits, maxDocuments });
    if (isOtherModel || isFull) return 'full';
    if (isTooLargeFor(this.limits.providerLimits, addition)) return 'too-large';
    if (requests + unsent === 0) return 'empty';
    this.#model = model;
    if (isFree) return 'taken';
    this.#together = mostTogether;
    this.#size = addSize(this.#size, addition);
    this.#worst = addWorstUsage(this.#worst, addition.worst);
    return 'taken';
  }
}

/**
 * True when no file of the provider can hold the addition. What the provider's refusals taught does not count here: such a document is tried alone, and
 * its own refusal decides.
 */
export function isTooLargeFor(providerLimits: FileLimits, addition: BatchFileSize): boolean {
  const limits = { ...providerLimits, maxDocuments: addition.documents, maxTokens: null };
  return !fitsBatchFile(emptyBatchFile, addition, limits);
}
