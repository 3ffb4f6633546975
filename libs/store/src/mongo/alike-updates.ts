import { ObjectId } from 'mongodb';
import type { BulkUpdate } from '../store.js';

/** Servers take long lists of ids, but lock and log them as one operation. */
const maxAlike = 1_000;

/** In groups of consecutive entries that one `updateMany` carries out. An entry that is like no other is a group of its own. */
export function groupAlike<E extends { readonly sent: BulkUpdate }>(entries: readonly E[]): readonly (readonly E[])[] {
  const groups: E[][] = [];
  let ids = new Set<string>();
  for (const entry of entries) {
    const { sent } = entry;
    const id = idKeyOf(sent);
    const group = groups.at(-1);
    const first = group?.[0]?.sent;
    const hasRoom = ids.size > 0 && ids.size < maxAlike; // 0: the id of the first is not known
    const joins = first !== undefined && id !== null && !ids.has(id) && hasRoom && mayShare(first, sent);
    if (joins) group?.push(entry);
    else {
      groups.push([entry]);
      ids = new Set();
    }
    if (id !== null) ids.add(id);
  }
  return groups;
}

/** Null: the condition on `_id` may be more than equality, or its equality may be more than that of its text. */
function idKeyOf({ filter }: BulkUpdate): string | null {
  const id = filter['_id'];
  if (typeof id === 'string' || typeof id === 'number') return `${typeof id} ${id}`;
  return id instanceof ObjectId ? `ObjectId ${id.toHexString()}` : null;
}

function mayShare(one: BulkUpdate, other: BulkUpdate): boolean {
  if (one.upsert === true || other.upsert === true) return false;
  const withoutId = ({ filter }: BulkUpdate): object => ({ ...filter, _id: null });
  return areAlike(one.update, other.update) && areAlike(withoutId(one), withoutId(other)) && isOnce(one);
}

/**
 * Whether a document does not match any more when it is updated. Where a server refuses one document of many, those before it are
 * updated, and nobody says which: only an update that takes effect once may then be sent again for each of them.
 */
function isOnce({ filter, update }: BulkUpdate): boolean {
  const set = new Map(Object.entries(update['$set'] ?? {}));
  return Object.entries(filter).some(([path, value]) => isOtherValue(value, set.get(path)));
}

function isOtherValue(before: unknown, after: unknown): boolean {
  return (before === null || typeof before === 'string') && typeof after === 'string' && before !== after;
}

/** False for values whose equality is not known here. */
function areAlike(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime();
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, index) => areAlike(value, other[index]));
  }
  if (!isPlain(one) || !isPlain(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && areAlike(one[name], other[name]))
  );
}

/** False for BSON's values. An object of another realm, such as a test runner's, has another prototype, which also ends its chain. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
