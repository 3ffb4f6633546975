import { resolve } from 'node:path';
import { setting, type Setting, type Spec } from '../setting.js';

/** Which adapter of a port, and where: `url` is what was set; of `file:` it is the folder's absolute path. */
export interface Address<S extends string> {
  readonly scheme: S | 'embedded';
  readonly url: string;
}

/** Where a port's adapter finds what it adapts: `embedded`, or a URL whose scheme chooses the adapter. */
export function address<const S extends string>(
  name: string,
  schemes: readonly S[],
  spec: Spec<string>,
): Setting<Address<S>> {
  const forms = schemes.map((scheme) => (scheme === 'file' ? 'file:FOLDER' : `${scheme}:…`));
  return setting<Address<S>, string>(name, spec, {
    expected: ['embedded', ...forms].join(', or '),
    read(said, cwd) {
      const trimmed = said.trim();
      if (trimmed === 'embedded') return { scheme: 'embedded', url: trimmed };
      const [, found, rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/i.exec(trimmed) ?? [];
      const scheme = schemes.find((each) => each === found?.toLowerCase());
      if (scheme === undefined) return undefined;
      if (scheme !== 'file') return { scheme, url: trimmed };
      const folder = rest.replace(/^\/\/(?=\/)/, '');
      return folder === '' ? undefined : { scheme, url: resolve(cwd, folder) };
    },
  });
}
