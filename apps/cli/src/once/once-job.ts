import type { Engine, Settings } from '@batchmill/service';
import { withEngineOf } from '../with-engine.js';
import type { Asked } from './asked.js';
import type { OnceFlags } from './once-flags.js';
import type { OutputFields } from './output-fields.js';

/** One command `batchmill once`. */
export interface OnceJob {
  /** `-` is standard input. */
  readonly input: string;
  /** `-` is standard output. */
  readonly output: string;
  readonly flags: OnceFlags;
  readonly asked: Asked;
  /** With the home of this command. */
  readonly settings: Settings;
  readonly fields: OutputFields;
}

/** Opens the home of the command, and creates it. The provider is not called. */
export function onHome<T>({ asked, settings }: OnceJob, work: (engine: Engine) => Promise<T>): Promise<T> {
  return withEngineOf(settings, work, { needsProvider: false, pipelines: asked.pipelines });
}
