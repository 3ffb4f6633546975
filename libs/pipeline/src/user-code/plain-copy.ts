import { isPlainObject } from '@batchmill/documents';

/**
 * A deep copy of objects and lists. Instances of other classes become plain objects of their fields, except classes that define
 * `toBSON` or `toJSON`. Dates are copied; values of BSON and of JavaScript's other classes are returned as they are.
 */
export function plainCopy<T>(value: T): T {
  return copy(value, new Map()) as T; // of the same shape
}

function copy(value: unknown, copies: Map<object, unknown>): unknown {
  if (value instanceof Date) return new Date(value);
  const isList = Array.isArray(value);
  if (!isList && !isPlainObject(value) && !isClassInstance(value)) return value;
  const existing = copies.get(value);
  if (existing !== undefined) return existing;
  const result: unknown[] | Record<string, unknown> = isList ? [] : {};
  copies.set(value, result);
  // Defined, not assigned, so that a field `__proto__` of a JSON text stays a field.
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(result, key, {
      value: copy(item, copies),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return result;
}

/** True for an instance with fields whose class does not define its own serialization. */
function isClassInstance(value: unknown): value is object {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const instance = value as { readonly toBSON?: unknown; readonly toJSON?: unknown }; // its tag says that it is an object
  const isValue =
    '_bsontype' in instance || typeof instance.toBSON === 'function' || typeof instance.toJSON === 'function';
  return !isValue && Object.keys(instance).length > 0;
}
