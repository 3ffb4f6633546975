import { readSettings, type Settings } from '@batchmill/service';
import { join } from 'node:path';

const repository = join(import.meta.dirname, '../../../..');

/**
 * The demo's own settings: embedded stores in a home of their own, a simulated provider whose hours take seconds, and
 * the pipelines that come with Batchmill. The environment is not asked, so that it is the same everywhere.
 */
export function demoSettings(cwd: string): Settings {
  const home = join(cwd, '.batchmill', 'demo');
  const env = {
    BATCHMILL_HOME: home,
    BATCHMILL_PIPELINES: join(repository, 'pipelines'),
    OPENAI_BASE_URL: 'simulated',
    BATCHMILL_SIMULATOR_SPEED: '3600',
    BATCHMILL_SIMULATOR_TURNAROUND: 'measured',
    BATCHMILL_FIRST_POLL_MS: '200',
    POLL_INTERVAL: '0.5',
    BATCHMILL_LEASE: '10',
    BATCH_SIZE: '250',
    LOG_LEVEL: 'warn',
  };
  return readSettings({ env, cwd, files: [] });
}

/** Where the packages lie whose documentation is read. */
export const nodeModules = join(repository, 'node_modules');
