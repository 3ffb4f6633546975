import { refuseUpdate } from '../refusals.js';
import { isDocument } from '../values/bracket.js';

const index = /^(?:0|[1-9]\d*)$/;

/** MongoDB pads an array with at most this many nulls. */
const maxPadding = 1_500_000;

type Holder = Record<string, unknown> | unknown[];

/** One place of a document that an update reads and writes. */
export class Target {
  readonly path: string;
  readonly #holder: Holder;
  readonly #name: string;

  constructor(path: string, holder: Holder, name: string) {
    this.path = path;
    this.#holder = holder;
    this.#name = name;
  }

  /** False for an element of an array. */
  get isField(): boolean {
    return !Array.isArray(this.#holder);
  }

  get exists(): boolean {
    return Array.isArray(this.#holder)
      ? Number(this.#name) < this.#holder.length
      : Object.hasOwn(this.#holder, this.#name);
  }

  get value(): unknown {
    if (!this.exists) {
      return undefined;
    }
    return Array.isArray(this.#holder) ? this.#holder[Number(this.#name)] : this.#holder[this.#name];
  }

  set(value: unknown): void {
    if (Array.isArray(this.#holder)) {
      pad(this.#holder, Number(this.#name), this.path);
      this.#holder[Number(this.#name)] = value;
    } else {
      this.#holder[this.#name] = value;
    }
  }

  /** An element of an array becomes null, so that the others keep their places. */
  remove(): void {
    if (Array.isArray(this.#holder)) {
      this.#holder[Number(this.#name)] = null;
    } else {
      Reflect.deleteProperty(this.#holder, this.#name);
    }
  }
}

/** The place that a path names, made on the way where objects are missing. Refused where a value is in the way. */
export function reachOrMake(document: Record<string, unknown>, path: string): Target {
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

/** The place that a path names, or null when something on the way is missing or is no object. */
export function reach(document: Record<string, unknown>, path: string): Target | null {
  const parts = path.split('.');
  let holder: unknown = document;
  for (const [depth, part] of parts.entries()) {
    if (!isDocument(holder) && !(Array.isArray(holder) && index.test(part))) {
      return null;
    }
    const target: Target = new Target(path, holder, part);
    if (depth === parts.length - 1) {
      return target.exists ? target : null;
    }
    holder = target.value;
  }
  return null;
}

/** True when the path leads into an array. */
export function leadsIntoArray(document: Record<string, unknown>, path: string): boolean {
  let holder: unknown = document;
  for (const part of path.split('.')) {
    if (Array.isArray(holder)) {
      return true;
    }
    holder = isDocument(holder) && Object.hasOwn(holder, part) ? holder[part] : undefined;
  }
  return false;
}

function step(holder: unknown, part: string, path: string): Target {
  if (Array.isArray(holder)) {
    if (!index.test(part)) {
      refuseUpdate(`${path}: ${part} is no place in an array; name an element by its number`);
    }
    return new Target(path, holder, part);
  }
  if (!isDocument(holder)) {
    refuseUpdate(`${path}: cannot make the field ${part} within a value that is no object`);
  }
  return new Target(path, holder, part);
}

function pad(array: unknown[], length: number, path: string): void {
  if (length - array.length > maxPadding) {
    refuseUpdate(`${path}: the array has ${array.length} elements, too few to set one so far behind its end`);
  }
  while (array.length < length) {
    array.push(null);
  }
}
