/** True for `{…}`, false for lists, dates, BSON values and instances of classes. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object of another realm, such as a test runner's, has another Object.prototype, which also ends its chain.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
