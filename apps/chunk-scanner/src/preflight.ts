import { ValidationError, isBatchmillError } from '@batchmill/contracts';
import type { RunPlan } from '@batchmill/pipeline';
import { RefusedError, type Provider } from '@batchmill/provider';
import type { Documents } from '@batchmill/records';
import type { Vectors } from '@batchmill/vectors';

/**
 * What can be known to be wrong before money is spent. Throws a ValidationError that says what; a dependency that is away
 * throws as such, and is waited for.
 */
export async function preflight(
  plan: RunPlan,
  { documents, vectors, provider }: { documents: Documents; vectors: Vectors; provider: Provider },
): Promise<void> {
  await expectQuery(plan, documents);
  if (plan.endpointPlan.vectors !== null) {
    const { collection, dimensions } = plan.endpointPlan.vectors;
    await vectors.ensureCollection({ name: collection, dimensions });
  }
  try {
    await provider.check();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    throw refusalOf(error);
  }
}

/** Asks for no document at all: the store reads the query, and nothing else. */
async function expectQuery(plan: RunPlan, documents: Documents): Promise<void> {
  try {
    await documents.of(plan).findOne({ $and: [{ _id: { $in: [] } }, plan.filter] });
  } catch (error) {
    if (!isBatchmillError(error) || error.code !== 'store.filter-refused') throw error;
    const message = `Pipeline ${plan.pipeline.name}: source.queryTemplate is refused by the store: ${error.message}`;
    throw new ValidationError('run.query-failed', message, { cause: error });
  }
}

function refusalOf(cause: RefusedError): ValidationError {
  const { status } = cause;
  return status === 401 || status === 403
    ? new ValidationError(
        'run.key-refused',
        `the provider refuses the key with ${status}; set OPENAI_API_KEY to a key that it takes`,
        { cause },
      )
    : new ValidationError(
        'run.provider-refused',
        `the provider refuses to list batches with ${status}; see that OPENAI_BASE_URL names a server with the Batch API`,
        { cause },
      );
}
