import { resolve } from 'node:path';
import { setting, type Setting, type Spec, type Value } from '../setting.js';

/** A file or folder; relative ones are taken from the working folder. Absolute afterwards. */
export function path<D extends string | null>(name: string, spec: Spec<D>): Setting<Value<string, D>> {
  return setting<string, D>(name, spec, { expected: 'a path', read: (said, cwd) => resolve(cwd, said.trim()) });
}
