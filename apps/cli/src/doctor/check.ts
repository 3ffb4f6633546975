import type { TriedConsumers } from '@batchmill/consumer';
import type { Clock } from '@batchmill/contracts';
import type { PortsToInspect, SettingProblem, Settings, TriedPipelines } from '@batchmill/service';
import type { Finding } from './finding.js';

/** The headings, in the order in which they are printed. */
export const checkGroups = [
  'Installation',
  'Pipelines',
  'Provider',
  'State and documents',
  'Bus',
  'Vectors',
  'Notifications and telemetry',
] as const;
export type CheckGroup = (typeof checkGroups)[number];

/** What checks may use. Nothing in it writes. */
export interface CheckContext {
  /** With the default in place of every value that is wrong. */
  readonly settings: Settings;
  readonly problems: readonly SettingProblem[];
  readonly doubts: readonly SettingProblem[];
  /** As `process.versions.node` has it. */
  readonly nodeVersion: string;
  /** How many bytes this process may still write in a folder that exists. */
  readonly freeBytes: (folder: string) => number;
  readonly clock: Clock;
  readonly ports: PortsToInspect;
  /** The pipelines that are right, and what is wrong with the others. They are loaded once. */
  readonly pipelines: () => Promise<TriedPipelines>;
  /** The same of the user's consumers. */
  readonly consumers: () => Promise<TriedConsumers>;
}

/** One thing that can be wrong. */
export interface Check {
  readonly name: string;
  readonly group: CheckGroup;
  /** What is tried, and against what, without secrets: for a check that ends without findings of its own. */
  readonly title: (settings: Settings) => string;
  /** The setting that names what is tried. A remedy shows it. */
  readonly setting: string;
  /** The groups of settings that it depends on. It is not tried while one of these is wrong. */
  readonly settingGroups: readonly string[];
  /** The names of checks before it in the list. It is not tried when one of them failed. */
  readonly after: (settings: Settings) => readonly string[];
  /** Rejecting is a finding too. The signal aborts when its time is over. */
  run(context: CheckContext, signal: AbortSignal): Promise<readonly Finding[]>;
}
