import { setting, type Adapter, type Setting, type SettingSpec } from '@batchmill/contracts/settings';
import { resolve } from 'node:path';

/** Which adapter of a port, by its scheme, and where. `url` is what was set; for `file:` it is the folder's absolute path. */
export interface Address<S extends string> {
  readonly scheme: S | 'embedded';
  readonly url: string;
}

/** `embedded`, or a URL whose scheme chooses the adapter of a port. */
export function address<const S extends string>(
  name: string,
  schemes: readonly S[],
  spec: SettingSpec<string>,
): Setting<Address<S>> {
  const forms = schemes.map((scheme) => (scheme === 'file' ? 'file:FOLDER' : `${scheme}:…`));
  return setting<Address<S>, string>(name, spec, {
    expected: ['embedded', ...forms].join(', or '),
    read(value, cwd) {
      const trimmed = value.trim();
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

/** The schemes of a port's adapters, without `embedded`, which every port has. */
export function schemesOf(adapters: readonly Adapter<unknown>[]): string[] {
  return adapters.flatMap(({ schemes }) => schemes).filter((scheme) => scheme !== 'embedded');
}
