/** True for `{…}`, false for lists, dates, BSON values and instances of classes. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A pipeline may come from another realm (a test runner's): its Object is not ours, but it is the last of its chain.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
