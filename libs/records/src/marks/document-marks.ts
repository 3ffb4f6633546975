import type { DocumentError } from '@batchmill/contracts';
import { isPlainObject } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import type { Fields, Update } from '@batchmill/store';
import type { EmbeddedMark } from './origin.js';

/**
 * requested: by the claim that the document carries; no result is written yet. retry: to be requested again. done and
 * failed are final.
 */
export type FunctionState = 'requested' | 'retry' | 'done' | 'failed';

/** An error as it is stored on a document. */
export interface StoredError extends DocumentError {
  /** The function that failed. Missing when the document could not be claimed. */
  readonly function?: string;
  readonly at: Date;
  /** The attempt of that function, from 1. 0 when the document could not be claimed. */
  readonly attempt: number;
}

/** The marks of one function. */
export interface FunctionMarks {
  readonly state?: FunctionState;
  readonly attempts?: number;
  /** Why the function failed. Errors of other functions do not replace it. */
  readonly error?: StoredError;
  /** The batch that keeps an answer which could not be used. With the state done: that answer was used later. */
  readonly keptIn?: string;
  /** Of what the document's vector was made. Missing for prompts, and where an earlier version wrote the vector. */
  readonly embedded?: EmbeddedMark;
  /** How often a worker that was late replaced the document's vector by an older one. */
  readonly lateVectors?: number;
}

/** The marks as they are stored in the plan's `infoField`. Every field may be missing. */
export interface DocumentMarks {
  /** The installation of the run and the claim. */
  readonly installation?: string;
  readonly runId?: string;
  /** The `mark` of the claim. */
  readonly claimId?: string;
  readonly claimedAt?: Date;
  /** The document is not claimed before then. */
  readonly notBefore?: Date;
  readonly freeRetries?: number;
  /** The document is put into batches of at most this many documents: one of its batches was refused as a whole. */
  readonly together?: number;
  /**
   * When the document was completed or failed. If it is pending again after that, it is restarted. If it is in progress, the
   * claim adds functions that were missing, and the document ends again with them or without.
   */
  readonly ended?: Date | null;
  readonly functions?: Readonly<Record<string, FunctionMarks>>;
  /** The last error, unless the pipeline's `errorField` names another field. */
  readonly error?: StoredError;
  /** The last errors, the latest at the end. A document that is completed in the end keeps them. */
  readonly errors?: readonly StoredError[];
}

/** The marks as code reads them. Values that a user has edited to another type count as missing. */
export interface Marks {
  readonly status: unknown;
  readonly claimId: string | null;
  readonly runId: string | null;
  /** Null also in marks of an earlier version. */
  readonly installation: string | null;
  readonly notBefore: Date | null;
  readonly freeRetries: number;
  /** Null: batches of any number of documents. */
  readonly together: number | null;
  readonly ended: boolean;
  /** The functions that have marks, those of other runs too; null: no function was ever requested. */
  readonly functions: readonly string[] | null;
  stateOf(name: string): FunctionState | null;
  attemptsOf(name: string): number;
  /** The batch that keeps an answer to the function; null: none. */
  keptInOf(name: string): string | null;
  /** Null: none. */
  lateVectorsOf(name: string): number | null;
  /** Of what the vector was made; null: that is not known. */
  embeddedOf(name: string): EmbeddedMark | null;
  /** Why the function failed; null when it has not failed. */
  errorOf(name: string): StoredError | null;
}

/** The fields that `readMarks` needs. */
export function marksProjection(plan: RunPlan): Readonly<Record<string, 1>> {
  return { [plan.endpointPlan.status.field]: 1, [plan.endpointPlan.infoField]: 1 };
}

/** Reads a document's marks. Never throws, whatever the fields hold. */
export function readMarks(plan: RunPlan, document: Fields): Marks {
  const marks = objectAt(document, plan.endpointPlan.infoField) as DocumentMarks;
  return {
    status: valueAt(document, plan.endpointPlan.status.field),
    claimId: typeof marks.claimId === 'string' ? marks.claimId : null,
    runId: typeof marks.runId === 'string' ? marks.runId : null,
    installation: typeof marks.installation === 'string' ? marks.installation : null,
    notBefore: marks.notBefore instanceof Date ? marks.notBefore : null,
    freeRetries: typeof marks.freeRetries === 'number' ? marks.freeRetries : 0,
    together: typeof marks.together === 'number' ? marks.together : null,
    ended: marks.ended instanceof Date,
    functions: isPlainObject(marks.functions) ? Object.keys(marks.functions) : null,
    stateOf: (name) => marks.functions?.[name]?.state ?? null,
    attemptsOf: (name) => marks.functions?.[name]?.attempts ?? 0,
    keptInOf: (name) => marks.functions?.[name]?.keptIn ?? null,
    lateVectorsOf: (name) => marks.functions?.[name]?.lateVectors ?? null,
    embeddedOf: (name) => embeddedMark(marks.functions?.[name]?.embedded),
    errorOf: (name) => marks.functions?.[name]?.error ?? null,
  };
}

/** The path of a field of the marks. */
export function markPath(plan: RunPlan, name: string): string {
  return `${plan.endpointPlan.infoField}.${name}`;
}

/** The path of a function's marks. */
export function functionPath(plan: RunPlan, name: string): string {
  return markPath(plan, `functions.${name}`);
}

/** The path of a function's state. */
export function statePath(plan: RunPlan, name: string): string {
  return `${functionPath(plan, name)}.state`;
}

/** The path of a function's count of attempts. */
export function attemptsPath(plan: RunPlan, name: string): string {
  return `${functionPath(plan, name)}.attempts`;
}

/** The path of the batch that keeps a function's answer. */
export function keptInPath(plan: RunPlan, name: string): string {
  return `${functionPath(plan, name)}.keptIn`;
}

/** The path of what a function's vector was made of. */
export function embeddedPath(plan: RunPlan, name: string): string {
  return `${functionPath(plan, name)}.embedded`;
}

/** The part of an `$unset` that removes the last error and how the document was to be retried. */
export function unsetLastError(plan: RunPlan): Readonly<Record<string, ''>> {
  return { [plan.endpointPlan.errorField]: '', [markPath(plan, 'notBefore')]: '', [markPath(plan, 'together')]: '' };
}

/** One update that does what both do. Where both write the same path, `second` wins. */
export function mergeUpdates(first: Update, second: Update): Update {
  const merged: Record<string, Readonly<Record<string, unknown>>> = { ...first };
  for (const [operator, fields] of Object.entries(second)) merged[operator] = { ...merged[operator], ...fields };
  return merged;
}

function embeddedMark(mark: EmbeddedMark | undefined): EmbeddedMark | null {
  const isComplete =
    typeof mark?.textHash === 'string' && typeof mark.model === 'string' && typeof mark.dimensions === 'number';
  return isComplete ? mark : null;
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
