import { ValidationError } from '@batchmill/contracts';
import { createHome, isEngineRunning, lockHome, type Engine, type Settings } from '@batchmill/service';
import { formatPath } from '../show/format.js';
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

/** Throws a ValidationError `once.running` when another process works on the same command: they would share its documents. */
export async function alone<T>(job: OnceJob, work: (job: OnceJob) => Promise<T>): Promise<T> {
  const { settings } = job;
  createHome(settings);
  const unlock = isEngineRunning(settings) ? null : lockHome(settings, 'once');
  if (unlock === null) {
    const home = formatPath(settings.installation.home);
    const message = `${home}: another process works on the same command. Wait for it, or stop it and run the command again`;
    throw new ValidationError('once.running', message);
  }
  try {
    return await work(job);
  } finally {
    unlock();
  }
}

/** Opens the home of the command, and creates it. The provider is not called. */
export function onHome<T>({ asked, settings }: OnceJob, work: (engine: Engine) => Promise<T>): Promise<T> {
  return withEngineOf(settings, work, { needsProvider: false, pipelines: asked.pipelines });
}
