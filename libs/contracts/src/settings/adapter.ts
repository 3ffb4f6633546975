import type { Clock } from '../clock.js';
import type { Ids } from '../ids.js';
import type { SettingGroup, SettingValues } from './setting.js';

type WriteLine = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** What an adapter may use besides its own settings. */
export interface AdapterContext {
  /** As it was set: `milvus://host:19530`, or `embedded`. */
  readonly url: string;
  /** The folder of all embedded data. It exists when the bus is embedded. */
  readonly home: string;
  /** Names this process to a server. */
  readonly processName: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: {
    readonly debug: WriteLine;
    readonly info: WriteLine;
    readonly warn: WriteLine;
    readonly error: WriteLine;
  };
}

/** One technology behind a port. */
export interface Adapter<Port> {
  /** Names it, and its group of settings in the reference. */
  readonly name: string;
  /** The schemes of the URLs that choose it. `embedded` is written without a colon. */
  readonly schemes: readonly string[];
  readonly settings: SettingGroup;
  /** Loads the client, so that only adapters that are chosen are loaded. */
  open(context: AdapterContext, values: Readonly<Record<string, unknown>>): Promise<Port>;
}

export interface AdapterDefinition<Port, Group extends SettingGroup> {
  readonly name: string;
  readonly schemes: readonly string[];
  readonly settings?: Group;
  open(context: AdapterContext, values: SettingValues<Group>): Promise<Port>;
}

/** Defines an adapter. The values that `open` gets have the types of its settings. */
export function adapter<Port, const Group extends SettingGroup = Readonly<Record<string, never>>>({
  settings,
  ...definition
}: AdapterDefinition<Port, Group>): Adapter<Port> {
  return {
    name: definition.name,
    schemes: definition.schemes,
    settings: settings ?? {},
    // Settings are read by the same group, so their values have its types.
    open: (context, values) => definition.open(context, values as SettingValues<Group>),
  };
}
