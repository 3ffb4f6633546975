import type { ErrorCode } from '@batchmill/contracts';

/** What a folder of definitions holds: `<name>/<name>.<ending>.ts`. */
export interface DefinitionKind {
  readonly ending: 'pipeline' | 'consumer';
  /** The setting that names the folder. */
  readonly setting: string;
  /** Of a folder that cannot be read. */
  readonly noFolder: ErrorCode;
  /** Of a file that cannot be loaded. */
  readonly invalid: ErrorCode;
  /** What a file exports by default. */
  readonly made: string;
}
