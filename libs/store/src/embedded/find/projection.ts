import type { Fields, Projection } from '../../store.js';
import { refuseFilter } from '../refusals.js';
import { isDocument } from '../values/bracket.js';

/** Paths by their first part. An empty tree stands for the whole value. */
type Tree = Map<string, Tree>;

/** Compiles a projection. `_id` is kept unless it is dropped by name. Elements of arrays are projected one by one. */
export function compileProjection(projection: Projection | undefined): (document: Fields) => Fields {
  const entries = Object.entries(projection ?? {});
  const others = entries.filter(([path]) => path !== '_id');
  if (entries.length === 0) {
    return (document) => document;
  }
  const keeps = keepsFields(projection);
  if (others.some(([, kept]) => (kept === 1) !== keeps)) {
    refuseFilter('a projection either keeps fields (1) or drops them (0); only _id may differ');
  }
  const keepsId = projection?.['_id'] !== 0;
  const named = others.map(([path]) => path);
  if (keeps) {
    const tree = treeOf(keepsId ? ['_id', ...named] : named);
    return (document) => keep(document, tree);
  }
  const tree = treeOf(keepsId ? named : ['_id', ...named]);
  return (document) => drop(document, tree);
}

/** Whether a projection names what is kept, not what is dropped. */
export function keepsFields(projection: Projection = {}): boolean {
  const entries = Object.entries(projection);
  const [decisive] = [...entries.filter(([path]) => path !== '_id'), ...entries];
  return decisive?.[1] === 1;
}

function treeOf(paths: readonly string[]): Tree {
  const root: Tree = new Map();
  for (const path of paths) {
    let tree = root;
    for (const part of path.split('.')) {
      const next = tree.get(part) ?? new Map<string, Tree>();
      tree.set(part, next);
      tree = next;
    }
  }
  return root;
}

function keep(document: Readonly<Record<string, unknown>>, tree: Tree): Record<string, unknown> {
  const kept: [string, unknown][] = [];
  for (const [name, value] of Object.entries(document)) {
    const below = tree.get(name);
    if (below?.size === 0) {
      kept.push([name, value]);
    } else if (below !== undefined && (isDocument(value) || Array.isArray(value))) {
      kept.push([name, keepBelow(value, below)]);
    }
  }
  return Object.fromEntries(kept);
}

function keepBelow(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value)) {
    return value
      .filter((element) => isDocument(element) || Array.isArray(element))
      .map((element) => keepBelow(element, tree));
  }
  return isDocument(value) ? keep(value, tree) : value;
}

function drop(document: Readonly<Record<string, unknown>>, tree: Tree): Record<string, unknown> {
  const kept: [string, unknown][] = [];
  for (const [name, value] of Object.entries(document)) {
    const below = tree.get(name);
    if (below === undefined) {
      kept.push([name, value]);
    } else if (below.size > 0) {
      kept.push([name, dropBelow(value, below)]);
    }
  }
  return Object.fromEntries(kept);
}

function dropBelow(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value)) {
    return value.map((element) => dropBelow(element, tree));
  }
  return isDocument(value) ? drop(value, tree) : value;
}
