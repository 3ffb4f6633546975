import { allowsWindow, describeWindows } from '@batchmill/provider';
import { providerProfileOf } from './engine-settings.js';
import type { SettingProblem } from './setting-problem.js';
import type { Settings } from './settings.js';

const dayMs = 86_400_000;

/** The settings whose values the provider is known to refuse, so that this is said before anything is sent. */
export function refusedByProvider(settings: Settings): SettingProblem[] {
  const { title, completionWindows, limits, resultsExpiry } = providerProfileOf(settings);
  const { batches, openai } = settings;
  const problems: SettingProblem[] = [];
  const add = (name: string, found: string, expected: string, group: string): void => {
    problems.push({ name, message: `found ${found}, expected ${expected}, which is what ${title} takes`, group });
  };
  const { completionWindow, batchSize } = batches;
  if (completionWindow !== null && !allowsWindow(completionWindows, completionWindow))
    add('COMPLETION_WINDOW', `"${completionWindow}"`, describeWindows(completionWindows), 'batches');
  if (batchSize !== null && batchSize > limits.maxRequests)
    add('BATCH_SIZE', `"${batchSize}"`, `an integer from 1 to ${limits.maxRequests}`, 'batches');
  const { resultsExpireMs } = openai;
  if (resultsExpireMs !== null && resultsExpiry !== null) {
    const { fromMs, toMs } = resultsExpiry;
    if (resultsExpireMs < fromMs || resultsExpireMs > toMs)
      add('OPENAI_RESULTS_EXPIRE_AFTER', days(resultsExpireMs), `${days(fromMs)} to ${days(toMs)}`, 'openai');
  }
  return problems;
}

function days(ms: number): string {
  return ms % dayMs === 0 ? `${ms / dayMs}d` : `${ms / 3_600_000}h`;
}
