import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setting, type Setting, type Spec, type Value } from '../setting.js';

/** A file that is there and can be read, as an absolute path. */
export function existingFile<D extends string | null>(name: string, spec: Spec<D>): Setting<Value<string, D>> {
  return setting<string, D>(name, spec, { expected: 'a file that can be read', read });
}

function read(said: string, cwd: string): string | undefined {
  const file = resolve(cwd, said.trim());
  try {
    accessSync(file, constants.R_OK);
    return statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}
