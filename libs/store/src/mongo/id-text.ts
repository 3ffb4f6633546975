import { BSON, ObjectId } from 'mongodb';

/** An id for a message: at most 100 characters. */
export function idText(id: unknown): string {
  const text = id instanceof ObjectId ? id.toHexString() : BSON.EJSON.stringify(id ?? null, { relaxed: true });
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
