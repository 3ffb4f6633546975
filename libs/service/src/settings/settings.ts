import type { SettingValues } from '@batchmill/contracts/settings';
import type { SettingsCatalogue } from './catalogue.js';

/** The value of every setting: checked, in its own type, in the groups of the catalogue. */
export type Settings = { readonly [Group in keyof SettingsCatalogue]: SettingValues<SettingsCatalogue[Group]> } & {
  /** Of each adapter that has settings of its own, by its name. */
  readonly ofAdapters: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The text of a name that is in no catalogue, from the same sources; undefined: it is not set. */
  readonly raw: (name: string) => string | undefined;
};
