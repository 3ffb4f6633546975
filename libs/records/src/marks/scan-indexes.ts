import { isPlainObject } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import type { IndexKeys } from '@batchmill/store';
import { markPath, statePath } from './document-marks.js';

/*
 * The indexes with which a scan reads only what it finds. Without them it reads the whole collection, which is as correct. What is
 * pending is found by the status, also where that is missing: an index holds null for it. What an ended document lacks is found by the
 * states of functions, one index each, since the database itself then knows each document that lacks one, whoever wrote it and how.
 */

/** pending: of the scan, for pending documents. missing: of the scan, for what ended documents lack. ids: of runs of named documents. */
export type IndexPurpose = 'pending' | 'missing' | 'ids';

/** An index that the queries of a pipeline want. */
export interface WantedIndex extends Omit<IndexKeys, 'unique'> {
  readonly purpose: IndexPurpose;
}

/** Each index costs a bit of every write, and MongoDB takes 64 of a collection. */
const mostFunctions = 20;
/** Of a longer list the values are not read one after another in the order of ids: MongoDB does so with 200 at most, of two statuses each. */
const mostValues = 100;

/**
 * The indexes that the scan of a plain run uses, all or none of them: a set that is there, or else the one that serves best. Empty where it
 * reads the documents anyway, to redo them. `existing`: those of the collection.
 */
export function scanIndexes(plan: RunPlan, existing: readonly IndexKeys[] = []): WantedIndex[] {
  if (plan.redo !== null || plan.functions.length > mostFunctions) return [];
  const sets = [...leadingFields(plan)].map((field) => scanIndexesBehind(plan, field));
  return sets.find((set) => areThere(set, existing)) ?? sets[0] ?? [];
}

/** Whether the scan of a plain run can use the indexes of its collection. */
export function hasScanIndexes(plan: RunPlan, existing: readonly IndexKeys[]): boolean {
  const wanted = scanIndexes(plan, existing);
  return wanted.length > 0 && areThere(wanted, existing);
}

function areThere(wanted: readonly WantedIndex[], existing: readonly IndexKeys[]): boolean {
  return wanted.every((index) => existing.some((one) => serves(one, index)));
}

function scanIndexesBehind(plan: RunPlan, leading: string | null): WantedIndex[] {
  const { field } = plan.endpointPlan.status;
  const prefix = leading === null ? {} : { [leading]: 1 as const };
  const pending: WantedIndex = { purpose: 'pending', keys: { ...prefix, [field]: 1, _id: 1 } };
  if (plan.endedFilter === null) return [pending];
  // A document without marks was ended by somebody else and lacks nothing: there may be many of these.
  const where = { [markPath(plan, 'functions')]: { $type: 'object' } } as const;
  const missing = plan.functions.map((name): WantedIndex => {
    return { purpose: 'missing', keys: { ...prefix, [field]: 1, [statePath(plan, name)]: 1 }, where };
  });
  return [pending, ...missing];
}

/** All indexes that the queries of a pipeline want. `existing`: those of the collection. */
export function wantedIndexes(plan: RunPlan, existing: readonly IndexKeys[] = []): WantedIndex[] {
  const { documentIdField } = plan.pipeline.source;
  const ids: WantedIndex[] = documentIdField === '_id' ? [] : [{ purpose: 'ids', keys: { [documentIdField]: 1 } }];
  return [...scanIndexes(plan, existing), ...ids];
}

/**
 * Whether an index answers what the wanted one does: it has the same fields at its beginning, in the same or the opposite order, and
 * every document of the wanted one.
 */
export function serves(existing: IndexKeys, wanted: WantedIndex): boolean {
  const has = Object.entries(existing.keys);
  const wants = Object.entries(wanted.keys);
  const turn = has[0]?.[1] === wants[0]?.[1] ? 1 : -1;
  return (
    wants.every(([path, direction], index) => has[index]?.[0] === path && has[index][1] === direction * turn) &&
    Object.keys(existing.where ?? {}).every((path) => wanted.where !== undefined && path in wanted.where)
  );
}

/**
 * The fields of the query that may lead the indexes, so that they pass over documents that are not the pipeline's, the best first: one
 * with a list of values, then one with one value, then none. One field only: MongoDB refuses a document that has lists in two fields of
 * an index.
 */
function* leadingFields({ filter, endedFilter, endpointPlan }: RunPlan): Generator<string | null> {
  const found = [...equalities(endedFilter ?? filter)].filter(({ path }) => path !== endpointPlan.status.field);
  const lists = found.filter(({ isList }) => isList);
  for (const { path } of [...lists, ...found.filter(({ isList }) => !isList)]) yield path;
  yield null;
}

function* equalities(filter: unknown): Generator<{ readonly path: string; readonly isList: boolean }> {
  if (!isPlainObject(filter)) return;
  for (const [path, condition] of Object.entries(filter)) {
    if (path === '$and' && Array.isArray(condition)) for (const part of condition) yield* equalities(part);
    if (path.startsWith('$') || path === '_id') continue;
    const list: unknown = isPlainObject(condition) ? condition['$in'] : undefined;
    if (Array.isArray(list) && list.length <= mostValues && list.every(isScalar)) yield { path, isList: true };
    const value: unknown = isPlainObject(condition) && '$eq' in condition ? condition['$eq'] : condition;
    if (isScalar(value)) yield { path, isList: false };
  }
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
