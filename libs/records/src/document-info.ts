import type { DocumentError } from '@batchmill/contracts';
import type { RunPlan } from '@batchmill/pipeline';

/** asked: on its way. retry: to be asked again. done and failed are ends. */
export type FunctionState = 'requested' | 'retry' | 'done' | 'failed';

/** An error as it is kept on the document. */
export interface KeptError extends DocumentError {
  /** Whose it is; missing when the document could not even be taken. */
  readonly function?: string;
  readonly at: Date;
  /** Of that function, from 1. */
  readonly attempt: number;
}

export interface FunctionInfo {
  readonly state?: FunctionState;
  readonly attempts?: number;
  /** Why it failed, however much the others have had to tell since. */
  readonly error?: KeptError;
}

/** A side's bookkeeping under its `infoField`; every field may be missing. */
export interface DocumentInfo {
  readonly runId?: string;
  readonly claimId?: string;
  readonly claimedAt?: Date;
  /** Not to be claimed before then. */
  readonly notBefore?: Date;
  /** Returns to pending that used up no attempt. */
  readonly freeRetries?: number;
  /** When it was completed or failed: pending again after that, it starts anew. */
  readonly ended?: Date | null;
  readonly functions?: Readonly<Record<string, FunctionInfo>>;
  /** The last one, unless the pipeline's `errorField` says another place. */
  readonly error?: KeptError;
  /** The last few, the latest at the end; kept when the document is completed after all. */
  readonly errors?: readonly KeptError[];
}

/** The fields that the bookkeeping needs of a document. */
export function marksProjection(plan: RunPlan): Readonly<Record<string, 1>> {
  return { [plan.endpointPlan.status.field]: 1, [plan.endpointPlan.infoField]: 1 };
}

/** What a document that goes on has no more. */
export function noError(plan: RunPlan): Readonly<Record<string, ''>> {
  return { [plan.endpointPlan.errorField]: '', [info(plan, 'notBefore')]: '' };
}

/* Where its fields stand. */

export function info(plan: RunPlan, name: string): string {
  return `${plan.endpointPlan.infoField}.${name}`;
}

export function functionOf(plan: RunPlan, name: string): string {
  return info(plan, `functions.${name}`);
}

export function stateOf(plan: RunPlan, name: string): string {
  return `${functionOf(plan, name)}.state`;
}

export function attemptsOf(plan: RunPlan, name: string): string {
  return `${functionOf(plan, name)}.attempts`;
}
