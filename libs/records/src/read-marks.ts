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
  readonly rounds: number;
  readonly ended: boolean;
  stateOf(name: string): FunctionState | null;
  attemptsOf(name: string): number;
}

export function readMarks(plan: RunPlan, document: Fields): ReadMarks {
  const info = objectAt(document, plan.side.infoField) as DocumentInfo;
  return {
    status: valueAt(document, plan.side.status.field),
    claimId: typeof info.claimId === 'string' ? info.claimId : null,
    runId: typeof info.runId === 'string' ? info.runId : null,
    notBefore: info.notBefore instanceof Date ? info.notBefore : null,
    rounds: typeof info.rounds === 'number' ? info.rounds : 0,
    ended: info.ended instanceof Date,
    stateOf: (name) => info.functions?.[name]?.state ?? null,
    attemptsOf: (name) => info.functions?.[name]?.attempts ?? 0,
  };
}

/** By the status field; a missing one means pending unless the query names the field. */
export function isPending({ side, namesStatusField }: RunPlan, { status }: ReadMarks): boolean {
  return status === side.status.pending || (!namesStatusField && (status === undefined || status === null));
}

/** What a claim of these functions has to ask of a document: all when it starts anew, else what is missing. */
export function functionsToAsk(functions: readonly string[], marks: ReadMarks): string[] {
  if (marks.ended) return [...functions];
  return functions.filter((name) => !['done', 'failed'].includes(marks.stateOf(name) ?? ''));
}

/** What a claim asks of a document as it was found, and how: going on, all of it anew, or what failed of it again. */
export function whatToAsk(plan: RunPlan, marks: ReadMarks): Pick<Member, 'ask' | 'anew' | 'again'> {
  const { functions, redo } = plan;
  const { completed, failed } = plan.side.status;
  if (redo === 'all' && (marks.status === completed || marks.status === failed)) return { ask: functions, anew: true };
  if (redo === 'failed' && marks.status === failed) {
    return { ask: functions.filter((name) => marks.stateOf(name) !== 'done'), anew: false, again: true };
  }
  return { ask: functionsToAsk(functions, marks), anew: marks.ended };
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
