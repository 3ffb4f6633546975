import { isPlainObject } from './is-plain-object.js';

/** The value at a dotted path of own properties and list indexes; undefined when there is none. */
export function readPath(from: unknown, path: string): unknown {
  if (!path.includes('.')) return ownProperty(from, path);
  let value = from;
  for (const part of path.split('.')) {
    value = ownProperty(value, part);
    if (value === undefined) return undefined;
  }
  return value;
}

/**
 * The same, but a name on a list gives the list of its items' values, as MongoDB's expressions do: `lines.description` the description
 * of each line. Items without a value are left out; undefined when no item of a list has one.
 */
export function readMappedPath(from: unknown, path: string): unknown {
  const value = readPath(from, path);
  return value === undefined && path.includes('.') ? readParts(from, path.split('.')) : value;
}

function readParts(from: unknown, [part, ...rest]: readonly string[]): unknown {
  if (part === undefined || from === undefined) return from;
  if (!Array.isArray(from) || /^\d+$/.test(part)) return readParts(ownProperty(from, part), rest);
  const values = from.map((item) => readParts(item, [part, ...rest])).filter((value) => value !== undefined);
  return values.length === 0 && from.length > 0 ? undefined : values;
}

function ownProperty(from: unknown, name: string): unknown {
  if (typeof from !== 'object' || from === null || !Object.hasOwn(from, name)) return undefined;
  if (Array.isArray(from) && name === 'length') return undefined;
  return (from as Record<string, unknown>)[name];
}

/** The object without the field at a dotted path. It is not changed: what holds the field is copied. */
export function withoutPath(from: Readonly<Record<string, unknown>>, path: string): Readonly<Record<string, unknown>> {
  const [first = path, ...rest] = path.split('.');
  if (!Object.hasOwn(from, first)) return from;
  const { [first]: value, ...others } = from;
  if (rest.length === 0) return others;
  return isPlainObject(value) ? { ...others, [first]: withoutPath(value, rest.join('.')) } : from;
}

/** True when the dotted paths are equal or one lies within the other. */
export function pathsOverlap(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}
