import { providerFilesOf, type Batch } from '@batchmill/records';

/**
 * What a settled batch must have by the provider's own counts, and of which the provider shows no file. `answers` are paid for.
 * `errors` are not. Null: everything is shown.
 *
 * A completed batch of which every request failed has no output file, so the counts tell. A compatible server may count a failed
 * request as completed too, and may write failures into the output file.
 */
export function unshownResults({ provider, reason }: Pick<Batch, 'provider' | 'reason'>): 'answers' | 'errors' | null {
  if (provider === null || (reason !== 'completed' && reason !== 'expired' && reason !== 'cancelled')) return null;
  const { output, error } = providerFilesOf(provider);
  if (output !== null) return null;
  const { total, completed, failed } = provider.counts;
  const answers = total > 0 ? Math.min(completed, total - failed) : completed;
  if (answers > 0) return 'answers';
  if (error !== null) return null;
  if (failed > 0) return 'errors';
  // It has completed something, without a count and without a file.
  return reason === 'completed' ? 'answers' : null;
}
