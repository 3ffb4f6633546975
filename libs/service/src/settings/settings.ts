import type { SettingValues } from '@batchmill/contracts/settings';
import type { SettingsCatalogue } from './catalogue.js';

/** The value of every setting: checked, in its own type, in the groups of the catalogue. */
export type Settings = { readonly [Group in keyof SettingsCatalogue]: SettingValues<SettingsCatalogue[Group]> } & {
  /** The settings of each adapter that has its own, by the adapter's name. */
  readonly ofAdapters: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The text of any variable by its name, also of one in no catalogue, from the same sources; undefined: it is not set. */
  readonly raw: (name: string) => string | undefined;
};
