import { refuseUpdate } from '../refusals.js';
import { isDocument } from '../values/bracket.js';

const index = /^(?:0|[1-9]\d*)$/;

/** MongoDB pads an array with at most this many nulls. */
const maxPadding = 1_500_000;

type Parent = Record<string, unknown> | unknown[];

/** A field or an array element that an update reads and writes. It may not exist yet. */
export class Target {
  readonly path: string;
  readonly #parent: Parent;
  readonly #name: string;

  constructor(path: string, parent: Parent, name: string) {
    this.path = path;
    this.#parent = parent;
    this.#name = name;
  }

  /** False for an element of an array. */
  get isField(): boolean {
    return !Array.isArray(this.#parent);
  }

  get exists(): boolean {
    return Array.isArray(this.#parent)
      ? Number(this.#name) < this.#parent.length
      : Object.hasOwn(this.#parent, this.#name);
  }

  get value(): unknown {
    if (!this.exists) {
      return undefined;
    }
    return Array.isArray(this.#parent) ? this.#parent[Number(this.#name)] : this.#parent[this.#name];
  }

  set(value: unknown): void {
    if (Array.isArray(this.#parent)) {
      pad(this.#parent, Number(this.#name), this.path);
      this.#parent[Number(this.#name)] = value;
    } else {
      this.#parent[this.#name] = value;
    }
  }

  /** Sets an element of an array to null, so that the others keep their positions. */
  remove(): void {
    if (Array.isArray(this.#parent)) {
      this.#parent[Number(this.#name)] = null;
    } else {
      Reflect.deleteProperty(this.#parent, this.#name);
    }
  }
}

/** Returns the target at a path and creates missing parents. Refuses a path through a scalar. */
export function findOrCreateTarget(document: Record<string, unknown>, path: string): Target {
  const parts = path.split('.');
  let target = step(document, parts[0] ?? '', path);
  for (const part of parts.slice(1)) {
    if (target.value === undefined) {
      target.set({});
    }
    target = step(target.value, part, path);
  }
  return target;
}

/** Returns the target at a path, or null if it does not exist. */
export function findTarget(document: Record<string, unknown>, path: string): Target | null {
  const parts = path.split('.');
  let parent: unknown = document;
  for (const [depth, part] of parts.entries()) {
    if (!isDocument(parent) && !(Array.isArray(parent) && index.test(part))) {
      return null;
    }
    const target: Target = new Target(path, parent, part);
    if (depth === parts.length - 1) {
      return target.exists ? target : null;
    }
    parent = target.value;
  }
  return null;
}

/** True if the path leads into an array. */
export function leadsIntoArray(document: Record<string, unknown>, path: string): boolean {
  let parent: unknown = document;
  for (const part of path.split('.')) {
    if (Array.isArray(parent)) {
      return true;
    }
    parent = isDocument(parent) && Object.hasOwn(parent, part) ? parent[part] : undefined;
  }
  return false;
}

function step(parent: unknown, part: string, path: string): Target {
  if (Array.isArray(parent)) {
    if (!index.test(part)) {
      refuseUpdate(`${path}: found ${part} as the index of an array, expected a number`);
    }
    return new Target(path, parent, part);
  }
  if (!isDocument(parent)) {
    refuseUpdate(`${path}: cannot create the field ${part} in a value that is no object`);
  }
  return new Target(path, parent, part);
}

function pad(array: unknown[], length: number, path: string): void {
  if (length - array.length > maxPadding) {
    refuseUpdate(`${path}: found an array of ${array.length} elements, too few to set the element ${length}`);
  }
  while (array.length < length) {
    array.push(null);
  }
}
