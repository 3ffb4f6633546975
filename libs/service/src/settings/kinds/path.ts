import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { setting, type Setting, type Spec, type Value } from '../setting.js';

/** A file or folder; relative ones are taken from the working folder. Absolute afterwards. */
export function path<D extends string | null>(name: string, spec: Spec<D>): Setting<Value<string, D>> {
  return setting<string, D>(name, spec, { expected, read });
}

/** The same, with another one that is used where nobody said one and the default is not there. */
export function pathOr(name: string, otherwise: string, spec: Spec<string>): Setting<string> {
  return setting<string, string>(name, spec, {
    expected,
    read,
    readUnsaid(cwd) {
      const usual = read(spec.default, cwd);
      return existsSync(usual) ? usual : otherwise;
    },
  });
}

const expected = 'a path';

function read(said: string, cwd: string): string {
  return resolve(cwd, said.trim());
}
