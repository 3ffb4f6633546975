import { isPlainObject } from '@batchmill/documents';

/**
 * A copy of objects and lists all the way down, so that who changes it changes nobody's. What is an instance of somebody's
 * class becomes an object of its fields; BSON's and JavaScript's own kinds are the same ones.
 */
export function plainCopy<T>(value: T): T {
  return copied(value, new Map()) as T; // of the same shape
}

function copied(value: unknown, known: Map<object, unknown>): unknown {
  if (value instanceof Date) return new Date(value);
  const isList = Array.isArray(value);
  if (!isList && !isPlainObject(value) && !isInstance(value)) return value;
  const before = known.get(value);
  if (before !== undefined) return before;
  const copy: unknown[] | Record<string, unknown> = isList ? [] : {};
  known.set(value, copy);
  // `__proto__` of a JSON text is a field like others, and stays one.
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(copy, key, {
      value: copied(item, known),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return copy;
}

/** Of a class that says in no other way what it is worth. */
function isInstance(value: unknown): value is object {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const instance = value as { readonly toBSON?: unknown; readonly toJSON?: unknown }; // an object, as was seen
  const isValue =
    '_bsontype' in instance || typeof instance.toBSON === 'function' || typeof instance.toJSON === 'function';
  return !isValue && Object.keys(instance).length > 0;
}
