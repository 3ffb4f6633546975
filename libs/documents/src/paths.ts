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

function ownProperty(from: unknown, name: string): unknown {
  if (typeof from !== 'object' || from === null || !Object.hasOwn(from, name)) return undefined;
  return (from as Record<string, unknown>)[name];
}

/** True when the dotted paths are equal or one lies within the other. */
export function pathsOverlap(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}
