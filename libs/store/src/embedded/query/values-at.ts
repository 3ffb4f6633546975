import { isDocument } from '../values/bracket.js';

const index = /^(?:0|[1-9]\d*)$/;

/**
 * True when one of the values that a dotted path names passes the test. A path goes through arrays as in MongoDB: into
 * every element that is an object, and into the element of that number. A path that ends at a missing field names
 * `undefined`; one that meets an array without objects names nothing.
 */
export function someValueAt(
  document: Readonly<Record<string, unknown>>,
  parts: readonly string[],
  test: (value: unknown) => boolean,
): boolean {
  return someFrom(document, parts, 0, test);
}

/** As `someValueAt`; an array at the end of the path names each of its elements and itself. */
export function someLeafAt(
  document: Readonly<Record<string, unknown>>,
  parts: readonly string[],
  test: (value: unknown) => boolean,
): boolean {
  return someFrom(document, parts, 0, (value) =>
    Array.isArray(value) ? value.some(test) || test(value) : test(value),
  );
}

function someFrom(
  document: Readonly<Record<string, unknown>>,
  parts: readonly string[],
  from: number,
  test: (value: unknown) => boolean,
): boolean {
  const name = parts[from] ?? '';
  const value = Object.hasOwn(document, name) ? document[name] : undefined;
  return from === parts.length - 1 ? test(value) : someBelow(value, parts, from + 1, test);
}

function someBelow(value: unknown, parts: readonly string[], from: number, test: (value: unknown) => boolean): boolean {
  if (Array.isArray(value)) {
    return (
      value.some((element) => isDocument(element) && someFrom(element, parts, from, test)) ||
      someElement(value, parts, from, test)
    );
  }
  return isDocument(value) ? someFrom(value, parts, from, test) : test(undefined);
}

function someElement(
  array: readonly unknown[],
  parts: readonly string[],
  from: number,
  test: (value: unknown) => boolean,
): boolean {
  const name = parts[from] ?? '';
  if (!index.test(name) || Number(name) >= array.length) {
    return false;
  }
  const element = array[Number(name)];
  return from === parts.length - 1 ? test(element) : someBelow(element, parts, from + 1, test);
}
