import { isBatchmillError } from '@batchmill/contracts';
import { openEngine, type OpenEngineOptions, type OpenedEngine } from '../open-engine.js';
import { isAtWork } from '../ports/index.js';
import type { Settings } from '../settings/index.js';

/** Opens the line for stages to work on it in this process. Null: another process is at work on the home. */
export async function openWork(
  settings: Settings,
  options: Pick<OpenEngineOptions, 'log' | 'name' | 'pipelines'>,
): Promise<OpenedEngine | null> {
  if (isAtWork(settings)) return null;
  try {
    return await openEngine(settings, { ...options, needsProvider: true, works: true });
  } catch (error) {
    if (isBatchmillError(error) && error.code === 'bus.already-consumed') return null;
    throw error;
  }
}
