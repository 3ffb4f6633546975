import type { SettingsCatalogue } from './catalogue.js';
import type { Setting } from './setting.js';

type Values<Group> = { readonly [Name in keyof Group]: Group[Name] extends Setting<infer T> ? T : never };

/** Everything that was set, or its default: checked, in its own type, in the groups of the catalogue. */
export type Settings = { readonly [Group in keyof SettingsCatalogue]: Values<SettingsCatalogue[Group]> } & {
  /** What the same sources say of a name that is in no catalogue, as it was written; undefined: nothing. */
  readonly raw: (name: string) => string | undefined;
};
