/** One setting: its name, what it may be, and its default. */
export interface Setting<T> {
  readonly name: string;
  /** Other names for it. The first name that is set counts, beginning with `name`. */
  readonly aliases: readonly string[];
  /** One sentence for the reference. */
  readonly meaning: string;
  /** As in `an integer from 1 to 20`. */
  readonly expected: string;
  /** As a user would write it; null: unset. */
  readonly default: string | null;
  /** Its value is never shown, and it may come from a file that `NAME_FILE` names. */
  readonly isSecret: boolean;
  /** Undefined: the text is not as expected. Relative paths are resolved against `cwd`. */
  read(text: string, cwd: string): T | undefined;
  /** Its value when it is not set, where that is more than reading the default. */
  readDefault?(cwd: string): T;
}

/** Settings by the names under which code reads their values. */
export type SettingGroup = Readonly<Record<string, Setting<unknown>>>;

export type SettingValues<Group> = {
  readonly [Name in keyof Group]: Group[Name] extends Setting<infer T> ? T : never;
};

/** What every kind of setting takes. `D` is null where the setting may stay unset. */
export interface SettingSpec<D extends string | null> {
  readonly aliases?: readonly string[];
  readonly meaning: string;
  readonly default: D;
  readonly isSecret?: boolean;
}

/** The value of a setting whose default is `D`: null only where it may stay unset. */
export type SettingValue<T, D extends string | null> = T | (D extends null ? null : never);

/** A setting whose kind knows what it expects and how it is read. */
export function setting<T, D extends string | null>(
  name: string,
  { aliases = [], meaning, default: defaultText, isSecret = false }: SettingSpec<D>,
  kind: Pick<Setting<T>, 'expected' | 'read' | 'readDefault'>,
): Setting<SettingValue<T, D>> {
  return { name, aliases, meaning, isSecret, default: defaultText, ...kind };
}
