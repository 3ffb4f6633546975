import { isBatchmillError } from '@batchmill/contracts';
import type { Update } from '../../store.js';
import { refuseUpdate } from '../refusals.js';
import { decodeBody, encodeBody } from '../values/body.js';
import { isDocument } from '../values/bracket.js';
import { compareStrings, sameFields, sameValue } from '../values/compare-values.js';
import { updateOperators, type Change, type UpdateContext } from './operators.js';

export interface CompiledUpdate {
  /** The paths that it may change. */
  readonly paths: readonly string[];
  /** Changes the document in place and returns whether it changed. After a throw the document must be discarded. */
  apply(document: Record<string, unknown>, context: UpdateContext): boolean;
}

/**
 * Compiles an update with MongoDB's semantics. Refuses what MongoDB refuses, such as a push to a string or a path through
 * a scalar, and positional paths (`$`, `$[]`).
 */
export function compileUpdate(update: Update): CompiledUpdate {
  const changes: { readonly path: string; readonly change: Change }[] = [];
  const paths: string[] = [];
  for (const [name, fields] of Object.entries(update)) {
    const operator = Object.hasOwn(updateOperators, name) ? updateOperators[name] : undefined;
    if (operator === undefined) {
      refuseUpdate(`${name} is no update operator, expected one of ${Object.keys(updateOperators).join(', ')}`);
    }
    if (!isDocument(fields)) {
      refuseUpdate(`${name} needs an object of paths`);
    }
    for (const [path, operand] of Object.entries(fields)) {
      if (operand === undefined) {
        continue;
      }
      addPath(paths, path);
      if (name === '$rename' && typeof operand === 'string') {
        addPath(paths, operand);
      }
      changes.push({ path, change: operator(path, operand) });
    }
  }
  changes.sort((one, other) => compareStrings(one.path, other.path)); // the order in which MongoDB adds new fields
  const inOrder = changes.map(({ change }) => change);
  const mayChangeId = touchesId(paths);
  return { paths, apply: (document, context) => applyAll(inOrder, mayChangeId, document, context) };
}

/** `compileUpdate` that compiles consecutive equal updates once, as those of a bulk often are. */
export function cachingUpdates(): (update: Update) => CompiledUpdate {
  let last: { readonly update: Update; readonly compiled: CompiledUpdate } | null = null;
  return (update) => {
    last = last !== null && isSameUpdate(last.update, update) ? last : { update, compiled: compileUpdate(update) };
    return last.compiled;
  };
}

function isSameUpdate(one: Update, other: Update): boolean {
  if (one === other) return true;
  const operators = Object.entries(one);
  const others = Object.entries(other);
  return (
    operators.length === others.length &&
    operators.every(([name, fields], index) => {
      const [otherName, otherFields] = others[index] ?? [];
      return name === otherName && isDocument(fields) && isDocument(otherFields) && sameFields(fields, otherFields);
    })
  );
}

function applyAll(
  changes: readonly Change[],
  mayChangeId: boolean,
  document: Record<string, unknown>,
  context: UpdateContext,
): boolean {
  const id = mayChangeId ? decodeBody(encodeBody({ id: document['_id'] }))['id'] : undefined; // a copy
  let changed = false;
  try {
    for (const change of changes) {
      changed = change(document, context) || changed;
    }
  } catch (error) {
    return isBatchmillError(error) ? rethrow(error) : refuseUpdate('the update cannot be applied', error);
  }
  if (mayChangeId && id !== undefined && !sameValue(id, document['_id'])) {
    refuseUpdate('the update would change _id, which cannot be changed');
  }
  return changed;
}

function rethrow(error: Error): never {
  throw error;
}

function touchesId(paths: readonly string[]): boolean {
  return paths.some((path) => path === '_id' || path.startsWith('_id.'));
}

function addPath(paths: string[], path: string): void {
  const parts = path.split('.');
  if (parts.includes('')) {
    refuseUpdate(`'${path}' is no path: it has an empty part`);
  }
  if (parts.some((part) => part.startsWith('$'))) {
    refuseUpdate(`${path}: positional paths are not supported; set the whole array, or name the element by its number`);
  }
  if (parts.includes('__proto__')) {
    refuseUpdate(`${path}: __proto__ is not allowed in a path`);
  }
  const conflict = paths.find((other) => overlaps(other, path));
  if (conflict !== undefined) {
    refuseUpdate(`the update names ${conflict} and ${path}, which are in conflict`);
  }
  paths.push(path);
}

/** True if the paths are equal or one is a prefix of the other. */
export function overlaps(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}
