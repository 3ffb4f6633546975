import type { Fields } from '@batchmill/store';

/** What became of the documents. */
export interface OutputCounts {
  readonly documents: number;
  readonly answered: number;
  /** Of the answered ones: how many answers ended at the limit of tokens. */
  readonly cut: number;
  readonly failed: number;
  /** Of the failed ones: how many the provider was asked about, so that they can be asked again. */
  readonly failedAnswers: number;
  /** Without an answer, and not failed. */
  readonly unanswered: number;
  /** By error code, the most first. */
  readonly errors: readonly { readonly code: string; readonly documents: number; readonly message: string }[];
}

export interface OutputError {
  readonly code: string;
  readonly message: string;
}

export const unanswered: OutputError = {
  code: 'once.unanswered',
  message: 'The document has no answer yet; the same command goes on with it',
};

/** The codes of documents that no request can be made of, however often one tries. */
const neverAsked = /^(?:document|template)\./;

export class OutputTally {
  private readonly sums = { documents: 0, answered: 0, cut: 0, failed: 0, failedAnswers: 0, unanswered: 0 };
  private readonly errors = new Map<string, { code: string; documents: number; message: string }>();

  /** Counts a document with a result. */
  answered(isCut: boolean): void {
    this.sums.documents += 1;
    this.sums.answered += 1;
    if (isCut) this.sums.cut += 1;
  }

  /** Counts a document without a result. */
  add({ code, message }: OutputError, document: Fields): void {
    this.sums.documents += 1;
    if (code === unanswered.code) {
      this.sums.unanswered += 1;
      return;
    }
    this.sums.failed += 1;
    if (document['failure'] === undefined && !neverAsked.test(code)) this.sums.failedAnswers += 1;
    const counted = this.errors.get(code);
    if (counted === undefined) this.errors.set(code, { code, documents: 1, message });
    else counted.documents += 1;
  }

  counts(): OutputCounts {
    return { ...this.sums, errors: [...this.errors.values()].sort((a, b) => b.documents - a.documents) };
  }
}
