import { isBatchmillError } from '@batchmill/contracts';
import { openLine, type OpenLineOptions, type OpenedLine } from '../open-line.js';
import { isAtWork } from '../ports/index.js';
import type { Settings } from '../settings/index.js';

/** Opens the line for stages to work on it in this process. Null: another process is at work on the home. */
export async function openWork(
  settings: Settings,
  options: Pick<OpenLineOptions, 'log' | 'name' | 'pipelines'>,
): Promise<OpenedLine | null> {
  if (isAtWork(settings)) return null;
  try {
    return await openLine(settings, { ...options, needsProvider: true, works: true });
  } catch (error) {
    if (isBatchmillError(error) && error.code === 'bus.already-consumed') return null;
    throw error;
  }
}
