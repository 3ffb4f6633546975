import type { Audit, Tokens } from './audit-account.js';
import type { Difference } from './difference.js';
import { outcomeOf, type Outcome } from './mend-books.js';
import type { UnusedAnswers } from './unused-answers.js';

/** What `batchmill audit --json` prints. */
export interface AuditReport {
  /** ISO 8601. */
  readonly since: string;
  readonly batches: Audit['batches'] & { readonly atOtherAccounts: number };
  readonly tokens: { readonly batches: number; readonly books: Tokens; readonly provider: Tokens };
  readonly differences: readonly ReportedDifference[];
  readonly unused: readonly UnusedAnswers[];
}

/** `outcome`: what --fix has made of it; null without --fix. */
export type ReportedDifference = Difference & { readonly outcome: Outcome | null };

/** `after`: a second audit, once the books were mended; null: they were not. */
export function auditReport(before: Audit, after: Audit | null): AuditReport {
  const { since, batches, ofOtherAccounts, tokens, unused } = after ?? before;
  return {
    since: since.toISOString(),
    batches: { ...batches, atOtherAccounts: ofOtherAccounts },
    tokens,
    differences: before.differences.map((difference) => ({
      ...difference,
      outcome: after && outcomeOf(difference, after.differences),
    })),
    unused,
  };
}

/** True when the books and the lists are equal, or are by now. */
export function isInOrder({ differences }: AuditReport): boolean {
  return differences.every(({ outcome }) => outcome === 'mended');
}
