import type { RunPlan } from '@batchmill/pipeline';
import type { Fields } from '@batchmill/store';
import type { DocumentInfo, FunctionState } from './document-info.js';
import type { Member } from './members.js';

/** What a document's bookkeeping says, read with care: a user's hand may have been at it. */
export interface ReadMarks {
  readonly status: unknown;
  readonly claimId: string | null;
  readonly runId: string | null;
  readonly notBefore: Date | null;
  readonly freeRetries: number;
  readonly ended: boolean;
  stateOf(name: string): FunctionState | null;
  attemptsOf(name: string): number;
}

export function readMarks(plan: RunPlan, document: Fields): ReadMarks {
  const info = objectAt(document, plan.endpointPlan.infoField) as DocumentInfo;
  return {
    status: valueAt(document, plan.endpointPlan.status.field),
    claimId: typeof info.claimId === 'string' ? info.claimId : null,
    runId: typeof info.runId === 'string' ? info.runId : null,
    notBefore: info.notBefore instanceof Date ? info.notBefore : null,
    freeRetries: typeof info.freeRetries === 'number' ? info.freeRetries : 0,
    ended: info.ended instanceof Date,
    stateOf: (name) => info.functions?.[name]?.state ?? null,
    attemptsOf: (name) => info.functions?.[name]?.attempts ?? 0,
  };
}

/** By the status field; a missing one means pending unless the query names the field. */
export function isPending({ endpointPlan, namesStatusField }: RunPlan, { status }: ReadMarks): boolean {
  return status === endpointPlan.status.pending || (!namesStatusField && (status === undefined || status === null));
}

/** What a claim of these functions has to ask of a document: all when it is restarted, else what is missing. */
export function functionsToRequest(functions: readonly string[], marks: ReadMarks): string[] {
  if (marks.ended) return [...functions];
  return functions.filter((name) => !['done', 'failed'].includes(marks.stateOf(name) ?? ''));
}

/** What a claim asks of a document as it was found, and how: what is missing, everything, or what failed of it again. */
export function requestsFor(plan: RunPlan, marks: ReadMarks): Pick<Member, 'functions' | 'restart' | 'retryFailed'> {
  const { functions, redo } = plan;
  const { completed, failed } = plan.endpointPlan.status;
  if (redo === 'all' && (marks.status === completed || marks.status === failed)) return { functions, restart: true };
  if (redo === 'failed' && marks.status === failed) {
    return { functions: functions.filter((name) => marks.stateOf(name) !== 'done'), restart: false, retryFailed: true };
  }
  return { functions: functionsToRequest(functions, marks), restart: marks.ended };
}

function valueAt(document: Fields, path: string): unknown {
  let value: unknown = document;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Fields)[part];
  }
  return value;
}

function objectAt(document: Fields, path: string): object {
  const value = valueAt(document, path);
  return typeof value === 'object' && value !== null ? value : {};
}
