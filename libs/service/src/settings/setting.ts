/** One thing that can be set from outside: how it is called, what it may be, and what it is when nobody says. */
export interface Setting<T> {
  readonly name: string;
  /** Other names for it; the first that is set counts, the name itself before all. */
  readonly aliases: readonly string[];
  /** One sentence for the reference. */
  readonly meaning: string;
  /** As in `an integer from 1 to 20`. */
  readonly expected: string;
  /** Written as somebody would set it; null: unset. */
  readonly default: string | null;
  /** Its value is never shown, and it may come from a file that `NAME_FILE` names. */
  readonly isSecret: boolean;
  /** Undefined: not as expected. */
  read(text: string, cwd: string): T | undefined;
  /** What it is when nobody says, where that is not just the default read. */
  readUnsaid?(cwd: string): T;
}

/** What every kind of setting is made of. `D` is null where nothing need be set. */
export interface Spec<D extends string | null> {
  readonly aliases?: readonly string[];
  readonly meaning: string;
  readonly default: D;
  readonly isSecret?: boolean;
}

/** The value of a setting whose default is `D`: null only where nothing need be set. */
export type Value<T, D extends string | null> = T | (D extends null ? null : never);

/** A setting of a kind: what it expects and how it reads are the kind's, the rest is said by who makes it. */
export function setting<T, D extends string | null>(
  name: string,
  { aliases = [], meaning, default: unlessSaid, isSecret = false }: Spec<D>,
  kind: Pick<Setting<T>, 'expected' | 'read' | 'readUnsaid'>,
): Setting<Value<T, D>> {
  return { name, aliases, meaning, isSecret, default: unlessSaid, ...kind };
}
