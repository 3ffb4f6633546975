import type { Redo } from '@batchmill/contracts';
import type { InputFormat } from './input/read-input.js';

/** The flags of `once`, as commander parses them. */
export interface OnceFlags {
  readonly model?: string;
  readonly prompt?: string;
  readonly promptFile?: string;
  readonly system?: string;
  readonly schema?: string;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly embed?: string;
  readonly dimensions?: number;
  readonly format?: InputFormat;
  /** False: `--no-id`. */
  readonly id?: string | boolean;
  readonly limit?: number;
  readonly maxUsd?: number;
  readonly output?: string;
  readonly as?: string;
  readonly redo?: Redo;
  readonly simulated?: true;
  readonly estimate?: true;
  readonly yes?: true;
  readonly json?: true;
}
