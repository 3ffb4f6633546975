import { ValidationError } from '@batchmill/contracts';
import type { ProviderProfile } from '@batchmill/provider';
import type { RunPlan } from './run-plan.js';

/**
 * Throws a ValidationError `run.not-batchable` when the run has requests that the provider is known not to take in batches. It would
 * refuse them all: nothing is sent then.
 */
export function checkBatchable(plan: RunPlan, provider: ProviderProfile): void {
  const reason = notBatchable(plan, provider);
  if (reason !== null) throw new ValidationError('run.not-batchable', reason);
}

/** Why the provider would refuse every request of some functions. Null: it is not known to. */
export function notBatchable({ pipeline, planned }: RunPlan, { title, endpoints }: ProviderProfile): string | null {
  const refused = [...planned.values()].filter(({ definition }) => !endpoints.includes(definition.url));
  if (refused.length === 0) return null;
  const urls = [...new Set(refused.map(({ definition }) => definition.url))].join(' and ');
  const names = [...new Set(refused.map(({ definition }) => definition.name))].join(', ');
  return (
    `Pipeline ${pipeline.name}: found requests to ${urls} (${names}), expected requests that ${title} takes in batches: ` +
    `${endpoints.join(', ')}. Run other functions, or use another provider for these; if this is not ${title}, say which ` +
    'provider it is in BATCHMILL_PROVIDER.'
  );
}
