/** What a spending limit covers. Days are of UTC, and money belongs to the day on which it was reserved. */
export type SpendingScope =
  | { readonly of: 'run'; readonly runId: string }
  | { readonly of: 'pipeline'; readonly pipeline: string; readonly day: string }
  | { readonly of: 'account'; readonly account: string; readonly day: string };

/** A scope and its limit in nano-dollars; null: it has none. */
export interface LimitedScope {
  readonly scope: SpendingScope;
  readonly limitNanoUsd: number | null;
}

/** The id of the scope's record. */
export function scopeId(scope: SpendingScope): string {
  switch (scope.of) {
    case 'run':
      return `run|${scope.runId}`;
    case 'pipeline':
      return `pipeline|${scope.day}|${scope.pipeline}`;
    case 'account':
      return `account|${scope.day}|${scope.account}`;
  }
}

/** As messages name it. */
export function describeScope(scope: SpendingScope): string {
  switch (scope.of) {
    case 'run':
      return 'the run';
    case 'pipeline':
      return `pipeline ${scope.pipeline} on ${scope.day}`;
    case 'account':
      return `the account on ${scope.day}`;
  }
}

/** The day of a time in UTC: `2026-11-29`. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}
